/* Rules: see rules.h. The tables come from the data files. */
#include "match/rules.h"

#include "base/attributes.h"

#include "match/match_rules.inc"

const struct rule_set rules_latin = {latin_rules, ARRAY_COUNT(latin_rules)};
const struct rule_set rules_cyrillic = {cyrillic_rules, ARRAY_COUNT(cyrillic_rules)};
const struct rule_set rules_greek = {greek_rules, ARRAY_COUNT(greek_rules)};
const struct rule_set rules_arabic = {arabic_rules, ARRAY_COUNT(arabic_rules)};

/* Index of the first rule that begins with this letter, or count. */
static size_t first_of(const struct rule_set *set, uint32_t letter)
{
    size_t low = 0;
    size_t high = set->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (set->rules[middle].from[0] < letter)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* How many letters the rule takes when it fits, else 0. */
static size_t fits(const struct rule *rule, const uint32_t *letters, size_t count)
{
    size_t at = 0;

    while (at < RULE_FROM_MAX && rule->from[at] != 0) {
        if (at >= count || letters[at] != rule->from[at])
            return 0;
        at++;
    }
    return at;
}

const struct rule *rule_find(const struct rule_set *set, const uint32_t *letters, size_t count,
                             size_t *used)
{
    if (count == 0)
        return NULL;
    for (size_t i = first_of(set, letters[0]); i < set->count; i++) {
        if (set->rules[i].from[0] != letters[0])
            return NULL;
        *used = fits(&set->rules[i], letters, count);
        if (*used > 0)
            return &set->rules[i];
    }
    return NULL;
}
