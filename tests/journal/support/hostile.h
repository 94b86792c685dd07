/*
 * What a partner could send: entries and posts made by hand under the partner's own keys, then bent.
 */
#ifndef BESA_TESTS_HOSTILE_H
#define BESA_TESTS_HOSTILE_H

#include "journal/support/pair.h"

/* The next post of `from` as it would go out. */
bool hostile_post(struct pair_node *from, struct buffer *out, struct error *err);
/* Offers bytes to `to` as a post of the other side, in its writer; the refusal that it gave. */
enum post_refusal hostile_offer(struct pair_node *to, struct span wire, struct accepted *out,
                                struct error *err);

/* A head as an honest sender fills it, of this type, with a fresh id and without references or body. */
struct head hostile_head(struct pair_node *from, enum message_type type);
struct hostile_entry {
    struct span head; /* raw bytes instead of a struct head; empty: from `filled` */
    struct head filled;
    struct span body; /* its digest goes into `filled`; empty: none */
    const struct post_part *parts;
    size_t part_count;
};
/* Stands in the sender's log from now on, numbered and signed, whatever it says. Index in *index. */
bool hostile_append(struct pair_node *from, struct hostile_entry *entry, uint64_t *index,
                    struct error *err);
/* The next post of `from` with the entries given in place of its own bodies and parts; a head given replaces the
 * one that the checkpoint signs. */
bool hostile_repost(struct pair_node *from, const struct post_entry *entries, size_t count,
                    struct buffer *out, struct error *err);

/* What `node` recorded about index `index` of the partner's log: the sequence row; its spans in `arena`. */
bool hostile_verdict(struct pair_node *node, uint64_t index, struct arena *arena,
                     struct sequence_row *out);
/* Runs a function in the node's writer, as a job. */
bool hostile_run(struct pair_node *node,
                 bool (*run)(struct journal *journal, void *context, struct error *err),
                 void *context, struct error *err);

#endif
