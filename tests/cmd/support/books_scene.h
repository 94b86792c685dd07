/*
 * A node's books made by hand, every key of both sides known: one outgoing log with bodies, an attachment, checkpoints and
 * receipts, under a co-signed agreement. So a test can change anything, and sign a fork.
 */
#ifndef BESA_TESTS_CMD_SUPPORT_BOOKS_SCENE_H
#define BESA_TESTS_CMD_SUPPORT_BOOKS_SCENE_H

#include "cmd/books.h"
#include "keeper/keeper.h"
#include "store/database.h"

#define SCENE_LOG        "ro/ro-al/to/al/0"
#define SCENE_LOG_ID     2
#define SCENE_COUNT      600 /* two full tiles and a partial one, and a tile above them */
#define SCENE_ATTACHMENT 7   /* index of the request with an attachment */
#define SCENE_ROW(index) ((int64_t)(index) + 100)

struct scene_keys {
    uint8_t secret[SIGNATURE_SECRET_SIZE];
    uint8_t public_key[SIGNATURE_PUBLIC_SIZE];
};

struct scene {
    char directory[64];
    char home[128];
    struct database *db;
    struct keeper *keeper;
    struct keeper_client client;
    struct books books;
    bool has_books;
    struct scene_keys log[2], custody[2], witness[2]; /* ro, al */
    uint8_t sealing[2][AGREE_PUBLIC_SIZE];
    uint8_t file[16]; /* of the attachment */
    struct error error;
};

/* False with a message on stdout. End it in every case. */
bool scene_begin(struct scene *scene);
void scene_end(struct scene *scene);
/* Reads the books anew, after a change. */
bool scene_books(struct scene *scene);
/* Runs SQL. */
bool scene_sql(struct scene *scene, const char *sql);
/* Flips one bit in the middle of a value. `select` reads it, `update` has $1 for the new value. */
bool scene_flip(struct scene *scene, const char *select, const char *update);
/* Flips one bit of a file below the scene's directory. */
bool scene_flip_file(struct scene *scene, const char *relative, int64_t offset);
/* DIR/relative. */
const char *scene_path(struct scene *scene, const char *relative);

/* Signs size and root with our log key, as a checkpoint of SCENE_LOG. */
void scene_sign(struct scene *scene, uint64_t size, const struct tlog_hash *root,
                uint8_t signature[SIGNATURE_SIZE]);
/* And with the partner's custody key. */
void scene_cosign(struct scene *scene, uint64_t size, const struct tlog_hash *root, int64_t time_s,
                  uint8_t signature[SIGNATURE_SIZE]);
/* The note of such a checkpoint. */
bool scene_note(struct scene *scene, uint64_t size, const struct tlog_hash *root,
                struct buffer *out);
/* Verification keys of the log and of the partner's custody. */
bool scene_vkeys(struct scene *scene, struct note_key *log, struct note_key *custody);

#endif
