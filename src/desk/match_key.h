/*
 * Match keys: what makes two records name one person or thing, exactly: a document, a state's number, a telephone, a plate,
 * an account, a name with its whole date of birth, a reference of another channel. Each is brought to one form (match/) and
 * goes into the books as a keyed digest (store/key_rows.h): the table names nobody, and who has it alone can try no list
 * of names against it. Made when a message is accepted, erased with it.
 */
#ifndef BESA_DESK_MATCH_KEY_H
#define BESA_DESK_MATCH_KEY_H

#include "desk/private.h"
#include "match/fold.h"
#include "match/ident.h"
#include "store/key_rows.h"

#define MATCH_KEY_SIZE     16u
#define MATCH_KEY_MAX      256u /* of one message; what is beyond is not compared, and said so */
#define MATCH_NAME_COUNT   8u   /* names of a message that are asked of the own index */
#define MATCH_PERSON_COUNT 8u   /* people of a message whom others may be like */
#define MATCH_KIND_BIRTH   ((int)IDENT_KINDS)
#define MATCH_KIND_FOREIGN ((int)IDENT_KINDS + 1)
#define MATCH_KIND_COUNT   (IDENT_KINDS + 2)

struct match_key {
    uint8_t bytes[MATCH_KEY_SIZE];
    int kind; /* enum ident_kind, or MATCH_KIND_ */
    int64_t part;
    char ident[IDENT_VALUE_MAX + 1]; /* ident.key, to ask the own index; empty for other kinds */
};

/* A name with a whole date of birth, to ask the own index. */
struct match_name {
    struct span name;
    uint32_t birth; /* birth_pack */
};

struct match_keys {
    struct journal *journal;
    struct arena *arena;
    struct span secret;
    struct match_key list[MATCH_KEY_MAX];
    size_t count;
    struct match_name names[MATCH_NAME_COUNT];
    size_t name_count;
    bool is_cut;
    const struct person *persons[MATCH_PERSON_COUNT]; /* of the message */
    size_t person_count;
    bool has_more_persons;
    enum purpose purpose; /* of the request, or of what is given unasked */
};

/* In the writer. The arena outlives the keys. */
bool match_keys_begin(struct journal *journal, struct arena *arena, struct match_keys *out,
                      struct error *err);
/* A digest of any bytes under the same secret, in the arena: who has the books alone can try nothing against it. */
bool match_digest(struct journal *journal, struct arena *arena, struct span bytes, struct span *out,
                  struct error *err);
/* A name as match/fold.h folds it; from any thread. */
bool match_fold(struct span name, struct folded *out, struct error *err);
/* A digest of `about` and a text under the keys' secret; for other tables than that of match keys. */
void match_keys_digest(const struct match_keys *keys, const char *about, struct span text,
                       uint8_t out[MATCH_KEY_SIZE]);
bool match_keys_of_person(struct match_keys *keys, const struct person *person, int64_t part,
                          struct error *err);
/* Plates, telephones, and numbers whose check character is right, out of a text. `countries`: whose plates are meant,
 * two-letter codes, NULL at the end. */
void match_keys_of_text(struct match_keys *keys, struct span text, const char *const *countries,
                        int64_t part);
bool match_keys_of_request(struct match_keys *keys, const struct journal_line *line,
                           const struct request *request, struct error *err);
/* Of an entry of one of our lines: a request or an answer with its items. What is erased or unreadable has none. */
bool match_keys_of_entry(struct match_keys *keys, const struct journal_line *line,
                         const struct entry_row *row, struct error *err);
bool match_keys_put(const struct match_keys *keys, struct span scope, enum key_side side,
                    int64_t object, struct error *err);
/* A document, a state's number, a name with its whole date of birth: one person's, where a telephone may be many's. */
bool match_kind_is_of_one(int kind);
/* "document", "name_birth", ... */
const char *match_kind_name(int kind);

#endif
