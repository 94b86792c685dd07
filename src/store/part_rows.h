/*
 * Rows of parts (LOG class) and uploads (LOCAL class).
 */
#ifndef BESA_STORE_PART_ROWS_H
#define BESA_STORE_PART_ROWS_H

#include "base/arena.h"
#include "base/error.h"
#include "store/database.h"

enum part_kind_row { PART_ROW_SMALL, PART_ROW_ATTACHMENT };
enum part_state { PART_WANTED, PART_HELD, PART_ERASED, PART_LOST };
struct part_row {
    int64_t entry;
    int64_t number;
    enum part_kind_row kind;
    struct span digest; /* salted */
    struct span salt;
    int64_t size;
    struct span sha256;
    struct span segments; /* attachments: 32 bytes per segment */
    enum part_state state;
    struct span bytes;    /* small parts held: sealed */
    struct span part_key; /* wrapped; empty unless held or being fetched */
    struct span file;     /* attachments: 16-byte random id */
};
bool part_insert(struct database *db, const struct part_row *row, struct error *err);
bool part_find(struct database *db, struct arena *arena, int64_t entry, int64_t number,
               struct part_row *out, struct error *err);
bool part_list(struct database *db, struct arena *arena, int64_t entry, struct part_row *out,
               size_t limit, size_t *count, struct error *err);
/* Attachments of accepted entries of mirror `log` that are still wanted, oldest first. */
bool part_list_wanted(struct database *db, struct arena *arena, int64_t log, struct part_row *out,
                      size_t limit, size_t *count, struct error *err);
/* The same behind part `number` of `entry`: one that cannot be had now does not hold up the others. */
bool part_list_wanted_after(struct database *db, struct arena *arena, int64_t log, int64_t entry,
                            int64_t number, struct part_row *out, size_t limit, size_t *count,
                            struct error *err);
/* Before an attachment that the body names takes the place of the salt that came with the post. */
bool part_remove(struct database *db, int64_t entry, int64_t number, struct error *err);
/* Key and file of a part whose fetch begins. */
bool part_begin(struct database *db, int64_t entry, int64_t number, struct span part_key,
                struct span file, struct error *err);
/* *is_wanted: a part whose fetch has begun is to have this file. */
bool part_file_is_wanted(struct database *db, struct span file, bool *is_wanted, struct error *err);
bool part_set_state(struct database *db, int64_t entry, int64_t number, enum part_state state,
                    struct error *err);
/* Bytes and key are destroyed; the row stays with its digest. */
bool part_erase(struct database *db, int64_t entry, int64_t number, enum part_state state,
                struct error *err);

/* An attachment file that a row names, whole: held parts, and uploads not yet sent. */
struct file_row {
    int64_t entry; /* 0: an upload */
    int64_t number;
    int64_t size; /* of the plaintext */
    struct span file;
};
/* Held attachments behind part `number` of `entry`, in order. */
bool file_list(struct database *db, struct arena *arena, int64_t entry, int64_t number,
               struct file_row *out, size_t limit, size_t *count, struct error *err);
/* Uploads, by id, above `above`. */
bool file_list_uploads(struct database *db, struct arena *arena, struct span above,
                       struct file_row *out, size_t limit, size_t *count, struct error *err);
/* Bytes of both. */
bool file_total(struct database *db, int64_t *out, struct error *err);

struct upload_row {
    struct span id; /* 16 bytes, names the file */
    struct span officer;
    struct span name;
    int64_t size;
    struct span sha256;
    struct span segments;
    struct span part_key;
    int64_t created_ms;
};
bool upload_insert(struct database *db, const struct upload_row *row, struct error *err);
bool upload_find(struct database *db, struct arena *arena, struct span id, struct upload_row *out,
                 struct error *err);
/* From here on nobody's: it never expires, and nobody can send it. */
bool upload_keep(struct database *db, struct span id, struct error *err);
bool upload_remove(struct database *db, struct span id, struct error *err);
/* How many uploads of this officer there are, and their bytes. */
bool upload_total(struct database *db, struct span officer, int64_t *count, int64_t *size,
                  struct error *err);
/* Ids of uploads from before `before_ms`, oldest first. */
bool upload_list_old(struct database *db, struct arena *arena, int64_t before_ms, struct span *out,
                     size_t limit, size_t *count, struct error *err);

#endif
