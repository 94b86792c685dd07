/*
 * Own score: what was asked for is held against each candidate of the own index, field by field, and scored with the
 * published weights and calibration (match/score.h). The names that the index has say how rare a word is, and how many
 * people it has is the prior. A score orders candidates for an officer who decides; nothing is done by it.
 */
#ifndef BESA_DESK_OWN_SCORE_H
#define BESA_DESK_OWN_SCORE_H

#include "match/score.h"
#include "message/person.h"

struct own_index;
struct own_scorer;

/* What a person's record says, to be asked or to be a candidate. `birth`: packed. Person and values must stay. */
struct own_values {
    struct record_value list[RECORD_VALUE_MAX];
    size_t count;
};
void own_record_input(const struct person *person, uint32_t birth, struct own_values *values,
                      struct record_input *out);

/* One question; its values are folded at once. `own_index` NULL: no word is called rare, and a million people are supposed. */
bool own_scorer_make(struct own_index *own_index, const struct record_input *question,
                     struct own_scorer **out, struct error *err);
/* NULL is fine. */
void own_scorer_free(struct own_scorer **scorer);
/* Adds a candidate, numbered from 0; nothing of the person is needed afterwards. `birth`: packed. */
bool own_scorer_add(struct own_scorer *scorer, const struct person *person, uint32_t birth,
                    struct error *err);
/* Once all were added, before the first score. */
void own_scorer_weigh(struct own_scorer *scorer);

/* Numbers that the candidate has, of those that were asked; numbers that it lacks say nothing, for people have several. */
struct own_same {
    bool phone;
    bool document;
};
void own_scorer_score(struct own_scorer *scorer, size_t candidate, struct own_same same,
                      struct score *out);

#endif
