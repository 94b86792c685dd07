/*
 * FEBRL: invented people with mistakes made by rule, as a test of linkage. The number in rec_id says who is who. Two lists
 * (dataset4a, dataset4b) are linked; lists with copies inside (dataset1, dataset2) are what weights are learnt from.
 */
#ifndef BESA_BENCH_FEBRL_H
#define BESA_BENCH_FEBRL_H

#include "match/link.h"
#include "match/train.h"

struct febrl {
    struct folder *folder;
    struct lexicon *lexicon;
    struct link_list list;
    uint32_t *persons; /* by record: the number in rec_id */
    size_t room;
    size_t others_at; /* of two lists to learn from: where the second begins */
};
/* `has_document`: the social security number takes part. */
bool febrl_make(struct febrl *out);
void febrl_free(struct febrl *febrl);
bool febrl_read(struct febrl *febrl, const char *directory, const char *name, bool has_document);
/* dataset1 and dataset2, whose people are others. */
bool febrl_learning_read(struct febrl *febrl, const char *directory, bool has_document);
bool febrl_same(const struct febrl *febrl, uint32_t a, uint32_t b);
/* Pairs that are one person, of one list or of two. */
size_t febrl_truth(const struct febrl *febrl);

/* Weights from a list: u from random pairs, m by EM over the candidates; truth is not looked at. */
bool febrl_learn(struct febrl *febrl, struct score_weights *weights);

#endif
