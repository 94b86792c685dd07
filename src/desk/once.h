/*
 * Once: a request that comes twice under one key (a client that heard no answer asks again) has one effect and one
 * answer. The answer is kept in the transaction of its effect, so that after a crash there are both or neither; it is
 * forgotten after a day.
 */
#ifndef BESA_DESK_ONCE_H
#define BESA_DESK_ONCE_H

#include "desk/desk.h"

#define ONCE_KEY_SIZE_MIN 16u
#define ONCE_KEY_SIZE_MAX 64u
#define ONCE_KEEP_MS      (INT64_C(24) * 3600 * 1000)
#define ONCE_ANSWER_MAX   (64u * 1024u)
/* Kept at once for one officer, in the 24 hours: a case management system asks once a second round the clock, and an answer
 * has some hundred bytes. Whoever has more is told so before the act is done; none is forgotten early, since its repetition
 * would be an effect. */
#define ONCE_OFFICER_MAX 100000
#define ONCE_OFFICER_BYTES_MAX                                                                     \
    (INT64_C(128) * 1024 * 1024) /* of answers, and of what each row takes beside */
#define ONCE_ROW_SIZE 256        /* beside the answer */
#define ONCE_EXPIRE_STEP                                                                           \
    1000u /* rows that go at once, so that the writer is not held up: a minute's */
#define ONCE_EXPIRE_LOOK 16u /* the same, with each request */

/* How much is kept for whom, so that no request counts: what was counted last and what was added since, never too little.
 * When that is too much, it is counted again, at most once in ONCE_COUNT_MS. In the writer alone. */
#define ONCE_ROOM_COUNT 256u /* officers who asked last; others are counted anew */
#define ONCE_COUNT_MS   INT64_C(60000)
struct once_room {
    char officer[NAME_SIZE_MAX + 1]; /* empty: free */
    int64_t count;
    int64_t bytes;
    int64_t counted_ms;
    uint64_t used; /* rises */
};
struct once_rooms {
    struct once_room list[ONCE_ROOM_COUNT];
    uint64_t use_count;
};

/* 16 to 64 of letters, digits, hyphen and underscore. */
bool once_key_is_sound(struct span key);
struct once_request {
    struct span officer;
    struct span key;
    struct span text; /* what makes it the same */
};
/* The answer kept under this key, *is_kept false when there is none. CONFLICT when it was another request's, or when its answer
 * was told once and is kept nowhere; LIMIT when there is no room to keep one more. */
bool once_look(struct journal *journal, struct once_rooms *rooms,
               const struct once_request *request, struct arena *arena, bool *is_kept,
               unsigned *status, struct span *answer, struct error *err);
bool once_keep(struct journal *journal, struct once_rooms *rooms,
               const struct once_request *request, unsigned status, struct span answer,
               struct error *err);
/* The request came and had its effect; its answer holds a secret and is not kept. */
bool once_keep_untold(struct journal *journal, struct once_rooms *rooms,
                      const struct once_request *request, struct error *err);

/* Background, in the writer: what is older than a day is forgotten, at most ONCE_EXPIRE_STEP of it. What is left is not found
 * either. */
bool once_expire(struct journal *journal, struct error *err);

#endif
