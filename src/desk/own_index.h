/*
 * Own index: the search files of the own index (match/segments.h) beside the books, and how they follow them. Files are
 * made from the books and can be made again: a broken one is thrown away, and all is taken in anew.
 */
#ifndef BESA_DESK_OWN_INDEX_H
#define BESA_DESK_OWN_INDEX_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/env.h"
#include "match/find.h"
#include "store/database.h"

#define OWN_FOLLOW_MAX 5000 /* changes that one own_index_follow takes in */

/* Who is shown to anybody, and who is not: files of their own, so that nothing of the second moves an answer about the first. */
enum own_side { OWN_SIDE_OPEN, OWN_SIDE_GUARDED, OWN_SIDE_COUNT };

struct own_index;

/* `directory` is made when it is absent. *was_reset: what stood there was broken, or newer than the books (a backup came
 * back), and is gone; own_index_follow takes all in again. The result is the caller's. */
bool own_index_open(const struct env *env, const char *directory, struct database *db,
                    struct own_index **out, bool *was_reset, struct error *err);
/* NULL is fine. */
void own_index_close(struct own_index **index);
/*
 * Takes in what changed in the books, at most OWN_FOLLOW_MAX, and merges files where it is worth it; one caller at a time,
 * with a connection of its own. *taken: changes; when it is OWN_FOLLOW_MAX there may be more.
 */
bool own_index_follow(struct own_index *index, struct database *db, size_t *taken,
                      struct error *err);
/* Merges all into one file, so that nobody who was erased is left in any. Beside nothing but searches. */
bool own_index_settle(struct own_index *index, struct error *err);
/*
 * The same once somebody who is gone has stood in the files for OWN_SETTLE_MS, or at once for those whom an index had when it
 * was opened, of whom nobody knows since when. *was_due: it was done. By the thread that follows.
 */
#define OWN_SETTLE_MS                                                                              \
    INT64_C(21600000) /* six hours: a merge of ten million people takes a minute of a core */
bool own_index_settle_due(struct own_index *index, int64_t now_ms, bool *was_due,
                          struct error *err);
/* People who are gone, or are called otherwise now, and whose former names stand in the files still. Any thread. */
size_t own_index_gone(struct own_index *index);
/* So for twice OWN_SETTLE_MS: something is in the way. Any thread. */
bool own_index_is_late(struct own_index *index, int64_t now_ms);
/* The `changed` up to which the files stand. */
uint64_t own_index_position(struct own_index *index);
/* The finder of the writer's thread over one of the sets. NULL only when memory is out. */
struct finder *own_index_finder(struct own_index *index, enum own_side side, struct error *err);

/* The folder of the writer's thread. */
struct folder;
bool own_index_folder(struct own_index *index, struct folder **out, struct error *err);
/* Gives the words of names their rarity among the people who are shown to anybody; how many these are. */
struct lexicon;
uint64_t own_index_weigh(struct own_index *index, struct lexicon *lexicon);

/* The names of a person as they are searched: each spelling "given family", with the maiden name, and each alias; at most
 * INDEX_NAMES_MAX, in the arena. 0 when memory is out or there is none. */
struct person;
size_t own_names(const struct person *person, struct arena *arena,
                 struct span out[INDEX_NAMES_MAX]);
/* The same as one text, for the row: what it holds is what own_names gives. False when the buffer failed. */
bool own_names_write(const struct person *person, struct buffer *out);
/* Out of the row; they lie in `text`. */
size_t own_names_read(struct span text, struct span out[INDEX_NAMES_MAX]);

#endif
