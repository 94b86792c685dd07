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
/* Kept at once for one officer: a request every minute and a half round the clock. Whoever has more is told so before the
 * act is done; none is forgotten early, since its repetition would be an effect. */
#define ONCE_OFFICER_MAX 1000

/* 16 to 64 of letters, digits, hyphen and underscore. */
bool once_key_is_sound(struct span key);
/* The answer kept under this key, *is_kept false when there is none. CONFLICT when it was another request's, or when its answer
 * was told once and is kept nowhere; LIMIT when there is no room to keep one more. */
bool once_look(struct journal *journal, struct span officer, struct span key, struct span request,
               struct arena *arena, bool *is_kept, unsigned *status, struct span *answer,
               struct error *err);
bool once_keep(struct journal *journal, struct span officer, struct span key, struct span request,
               unsigned status, struct span answer, struct error *err);
/* The request came and had its effect; its answer holds a secret and is not kept. */
bool once_keep_untold(struct journal *journal, struct span officer, struct span key,
                      struct span request, struct error *err);

/* Background, in the writer: what is older than a day is forgotten. */
bool once_expire(struct journal *journal, struct error *err);

#endif
