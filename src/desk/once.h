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

/* 16 to 64 of letters, digits, hyphen and underscore. */
bool once_key_is_sound(struct span key);
/* The answer kept under this key, *is_kept false when there is none. CONFLICT when it was another request's. */
bool once_look(struct journal *journal, struct span officer, struct span key, struct span request,
               struct arena *arena, bool *is_kept, unsigned *status, struct span *answer,
               struct error *err);
bool once_keep(struct journal *journal, struct span officer, struct span key, struct span request,
               unsigned status, struct span answer, struct error *err);

#endif
