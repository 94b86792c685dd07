/*
 * Rules: what letters, or groups of letters, of one script become. Written as data in rules/[script].tsv, built into the
 * program (cmake/MatchRules.cmake), sorted so that the longest group that fits is found first.
 */
#ifndef BESA_MATCH_RULES_H
#define BESA_MATCH_RULES_H

#include <stddef.h>
#include <stdint.h>

#define RULE_FROM_MAX 3 /* letters of a group */

struct rule {
    uint32_t from[RULE_FROM_MAX]; /* code points, small letters; 0 behind the last */
    const char *to;               /* a to z; may be empty */
};

/* Sorted by first letter, then longest first. */
struct rule_set {
    const struct rule *rules;
    size_t count;
};
extern const struct rule_set rules_latin;
extern const struct rule_set rules_cyrillic;
extern const struct rule_set rules_greek;
extern const struct rule_set rules_arabic;

/* The longest rule that fits the letters; NULL when none does. *used: how many letters it takes. */
const struct rule *rule_find(const struct rule_set *set, const uint32_t *letters, size_t count,
                             size_t *used);

#endif
