/* Likeness: see likeness.h. */
#include "match/likeness.h"

#include "base/attributes.h"

#define MORE_SEVERAL 2 /* words more */

/* --- names of fields and levels, as in the tables --- */

static const char *const value_levels[] = {"unknown", "different", "near", "same", NULL};
static const char *const name_levels[] = {"unknown", "different", "part",  "initial", "remote",
                                          "far",     "near",      "sound", "exact",   NULL};
static const char *const order_levels[] = {"unknown", "turned", "same", NULL};
static const char *const more_levels[] = {"unknown", "none", "one", "several", NULL};
static const char *const birth_levels[] = {"unknown",    "different", "year_near",
                                           "same_year",  "one_digit", "swapped",
                                           "same_month", "same",      NULL};
static const char *const address_levels[] = {"unknown", "different", "part", "most",
                                             "near",    "exact",     NULL};

static const struct {
    const char *name;
    const char *const *levels;
} fields[LIKE_FIELD_COUNT] = {
    [LIKE_NAME] = {"name", name_levels},          [LIKE_GIVEN] = {"given", name_levels},
    [LIKE_FAMILY] = {"family", name_levels},      [LIKE_ORDER] = {"order", order_levels},
    [LIKE_MORE] = {"more", more_levels},          [LIKE_BIRTH] = {"birth", birth_levels},
    [LIKE_SEX] = {"sex", value_levels},           [LIKE_PLACE] = {"place", name_levels},
    [LIKE_REGION] = {"region", value_levels},     [LIKE_POSTCODE] = {"postcode", value_levels},
    [LIKE_ADDRESS] = {"address", address_levels}, [LIKE_PHONE] = {"phone", value_levels},
    [LIKE_DOCUMENT] = {"document", value_levels},
};

unsigned like_level_count(enum like_field field)
{
    unsigned count = 0;

    while (fields[field].levels[count] != NULL)
        count++;
    return count;
}

const char *like_field_name(enum like_field field)
{
    return fields[field].name;
}

const char *like_level_name(enum like_field field, unsigned level)
{
    return level < like_level_count(field) ? fields[field].levels[level] : NULL;
}

/* --- names --- */

/* The least alike pair of words says how alike the names are; a first letter alone does not make them less alike. */
static uint8_t name_level(const struct alignment *alignment)
{
    static const uint8_t levels[] = {
        [WORD_DIFFERENT] = LIKE_NAME_DIFFERENT, [WORD_INITIAL] = LIKE_NAME_INITIAL,
        [WORD_REMOTE] = LIKE_NAME_REMOTE,       [WORD_FAR] = LIKE_NAME_FAR,
        [WORD_NEAR] = LIKE_NAME_NEAR,           [WORD_SOUND] = LIKE_NAME_SOUND,
        [WORD_EXACT] = LIKE_NAME_EXACT,
    };
    enum word_level least = WORD_EXACT;
    size_t whole = 0;

    for (size_t i = 0; i < alignment->count; i++) {
        if (alignment->pairs[i].level == WORD_INITIAL)
            continue;
        whole++;
        if (alignment->pairs[i].level < least)
            least = alignment->pairs[i].level;
    }
    if (alignment->left_a > 0 && alignment->left_b > 0)
        return whole > 0 ? LIKE_NAME_PART : LIKE_NAME_DIFFERENT;
    if (whole == 0)
        return alignment->count > 0 ? LIKE_NAME_INITIAL : LIKE_NAME_DIFFERENT;
    return levels[least];
}

/* First letters count as words that the other name has more. */
static size_t more_words(const struct alignment *alignment)
{
    size_t more = alignment->left_a > alignment->left_b ? alignment->left_a : alignment->left_b;

    for (size_t i = 0; i < alignment->count; i++)
        more += alignment->pairs[i].level == WORD_INITIAL;
    return more;
}

struct name_like {
    uint8_t whole, given, family, order; /* levels */
    size_t more;
    float rarities[2]; /* whole or given; family */
};

/* What a name pair tells, for choosing the best of several. */
static unsigned name_rank(const struct name_like *like)
{
    unsigned given = like->given == 0 ? like->family : like->given;
    unsigned family = like->family == 0 ? like->given : like->family;
    unsigned level = like->whole != 0 ? like->whole * 2u : given + family;
    unsigned more = like->more < 9 ? (unsigned)like->more : 9;

    return level * 20 + (9 - more) * 2 + (like->order != LIKE_ORDER_TURNED);
}

/* Of two that tell as much the same one is taken whichever record is the first. */
static bool is_better(const struct name_like *like, const struct name_like *than)
{
    if (name_rank(like) != name_rank(than))
        return name_rank(like) > name_rank(than);
    if (like->whole != than->whole)
        return like->whole > than->whole;
    if (like->family != than->family)
        return like->family > than->family;
    return like->given > than->given || (like->given == than->given && like->more < than->more);
}

/* Which of the two is called given does not matter where they stand in each other's place: the more alike is. */
static void turned_settle(struct name_like *turned)
{
    uint8_t level = turned->given;
    float rarity = turned->rarities[0];

    if (turned->given >= turned->family)
        return;
    turned->given = turned->family;
    turned->family = level;
    turned->rarities[0] = turned->rarities[1];
    turned->rarities[1] = rarity;
}

static void parts_compare(struct aligner *aligner, struct record_part a, struct record_part b,
                          uint8_t *level, size_t *more, float *rarity)
{
    struct alignment alignment;

    *level = LIKE_UNKNOWN;
    *rarity = -1;
    if (a.count == 0 || b.count == 0)
        return;
    align(aligner, a, b, &alignment);
    *level = name_level(&alignment);
    *rarity = alignment.rarity;
    *more += *level > LIKE_NAME_PART ? more_words(&alignment) : 0;
}

/* All words of one name, given and family together: they stand side by side. */
static struct record_part whole_part(const struct record *record, uint8_t group)
{
    struct record_part out = {.count = 0};

    for (enum record_kind kind = RECORD_WHOLE; kind <= RECORD_FAMILY; kind++) {
        struct record_part part = record_part(record, kind, group);
        out.words = out.count == 0 ? part.words : out.words;
        out.count += part.count;
    }
    return out;
}

static void name_compare(struct aligner *aligner, const struct record *a, uint8_t a_group,
                         const struct record *b, uint8_t b_group, struct name_like *out)
{
    struct record_part parts[4] = {
        record_part(a, RECORD_GIVEN, a_group), record_part(a, RECORD_FAMILY, a_group),
        record_part(b, RECORD_GIVEN, b_group), record_part(b, RECORD_FAMILY, b_group)};
    struct name_like turned = {.order = LIKE_ORDER_TURNED};

    *out = (struct name_like){.order = LIKE_ORDER_SAME};
    if (parts[0].count + parts[1].count == 0 || parts[2].count + parts[3].count == 0 ||
        record_part(a, RECORD_WHOLE, a_group).count > 0 ||
        record_part(b, RECORD_WHOLE, b_group).count > 0) {
        out->order = LIKE_UNKNOWN;
        parts_compare(aligner, whole_part(a, a_group), whole_part(b, b_group), &out->whole,
                      &out->more, &out->rarities[0]);
        return;
    }
    parts_compare(aligner, parts[0], parts[2], &out->given, &out->more, &out->rarities[0]);
    parts_compare(aligner, parts[1], parts[3], &out->family, &out->more, &out->rarities[1]);
    if (out->given > LIKE_NAME_PART && out->family > LIKE_NAME_PART)
        return;
    parts_compare(aligner, parts[0], parts[3], &turned.given, &turned.more, &turned.rarities[0]);
    parts_compare(aligner, parts[1], parts[2], &turned.family, &turned.more, &turned.rarities[1]);
    turned_settle(&turned);
    if (name_rank(&turned) > name_rank(out) + 40) /* by more than one level of both */
        *out = turned;
}

static void names_compare(struct aligner *aligner, const struct record *a, const struct record *b,
                          struct likeness *out)
{
    struct name_like best = {.order = 0};
    struct name_like like;
    bool is_any = false;

    for (size_t i = 0; i < a->count && a->words[i].kind <= RECORD_FAMILY; i++) {
        if (i > 0 && a->words[i].group == a->words[i - 1].group)
            continue;
        for (size_t k = 0; k < b->count && b->words[k].kind <= RECORD_FAMILY; k++) {
            if (k > 0 && b->words[k].group == b->words[k - 1].group)
                continue;
            name_compare(aligner, a, a->words[i].group, b, b->words[k].group, &like);
            if (!is_any || is_better(&like, &best))
                best = like;
            is_any = true;
        }
    }
    if (!is_any)
        return;
    out->levels[LIKE_NAME] = best.whole;
    out->levels[LIKE_GIVEN] = best.given;
    out->levels[LIKE_FAMILY] = best.family;
    out->levels[LIKE_ORDER] = best.given != 0 || best.family != 0 ? best.order : LIKE_UNKNOWN;
    out->rarities[best.whole != 0 ? LIKE_NAME : LIKE_GIVEN] = best.rarities[0];
    if (best.whole == 0)
        out->rarities[LIKE_FAMILY] = best.rarities[1];
    unsigned level = best.whole != 0            ? best.whole
                     : best.given > best.family ? best.given
                                                : best.family;
    if (level > LIKE_NAME_PART) /* beside a contradiction, words more say nothing */
        out->levels[LIKE_MORE] = best.more == 0             ? LIKE_MORE_NONE
                                 : best.more < MORE_SEVERAL ? LIKE_MORE_ONE
                                                            : LIKE_MORE_SEVERAL;
}

/* --- the other fields --- */

/* By the share of the shorter address's words that have a partner. */
static uint8_t address_level(const struct alignment *alignment)
{
    size_t left = alignment->left_a < alignment->left_b ? alignment->left_a : alignment->left_b;
    size_t paired = 0;
    bool is_exact = alignment->left_a == 0 && alignment->left_b == 0;

    for (size_t i = 0; i < alignment->count; i++) {
        if (alignment->pairs[i].level > WORD_INITIAL)
            paired++;
        else
            left++;
        is_exact = is_exact && alignment->pairs[i].level == WORD_EXACT;
    }
    if (paired == 0)
        return LIKE_ADDRESS_DIFFERENT;
    if (is_exact)
        return LIKE_ADDRESS_EXACT;
    if (left == 0)
        return LIKE_ADDRESS_NEAR;
    return paired >= left ? LIKE_ADDRESS_MOST : LIKE_ADDRESS_PART;
}

/* One letter or digit is another, or two are turned. */
static uint8_t value_level(const struct alignment *alignment)
{
    if (alignment->count == 0)
        return LIKE_VALUE_DIFFERENT;
    return alignment->pairs[0].level == WORD_EXACT  ? LIKE_VALUE_SAME
           : alignment->pairs[0].level >= WORD_NEAR ? LIKE_VALUE_NEAR
                                                    : LIKE_VALUE_DIFFERENT;
}

typedef uint8_t level_function(const struct alignment *alignment);

static void field_compare(struct aligner *aligner, const struct record *a, const struct record *b,
                          enum record_kind kind, level_function *level_of, uint8_t *level,
                          float *rarity)
{
    unsigned a_groups = record_groups(a, kind);
    unsigned b_groups = record_groups(b, kind);
    struct alignment alignment;

    for (unsigned i = 0; i < a_groups; i++) {
        struct record_part left = record_part(a, kind, (uint8_t)i);
        for (unsigned k = 0; left.count > 0 && k < b_groups; k++) {
            struct record_part right = record_part(b, kind, (uint8_t)k);
            if (right.count == 0)
                continue;
            align(aligner, left, right, &alignment);
            uint8_t found = level_of(&alignment);
            if (found > *level || (found == *level && alignment.rarity > *rarity))
                *rarity = alignment.rarity;
            *level = found > *level ? found : *level;
        }
    }
}

static uint8_t birth_level(uint32_t a, uint32_t b)
{
    static const uint8_t levels[] = {
        [BIRTH_DIFFERENT] = LIKE_BIRTH_DIFFERENT,   [BIRTH_UNKNOWN] = LIKE_UNKNOWN,
        [BIRTH_YEAR_NEAR] = LIKE_BIRTH_YEAR_NEAR,   [BIRTH_SAME_YEAR] = LIKE_BIRTH_SAME_YEAR,
        [BIRTH_ONE_DIGIT] = LIKE_BIRTH_ONE_DIGIT,   [BIRTH_SWAPPED] = LIKE_BIRTH_SWAPPED,
        [BIRTH_SAME_MONTH] = LIKE_BIRTH_SAME_MONTH, [BIRTH_SAME] = LIKE_BIRTH_SAME,
    };
    struct birth left = birth_unpack(a);
    struct birth right = birth_unpack(b);

    return levels[birth_compare(&left, &right)];
}

void likeness_make(struct aligner *aligner, const struct record *a, const struct record *b,
                   struct likeness *out)
{
    static const struct {
        enum record_kind kind;
        enum like_field field;
        level_function *level_of;
    } others[] = {
        {RECORD_PLACE, LIKE_PLACE, name_level},
        {RECORD_REGION, LIKE_REGION, value_level},
        {RECORD_POSTCODE, LIKE_POSTCODE, value_level},
        {RECORD_ADDRESS, LIKE_ADDRESS, address_level},
        {RECORD_PHONE, LIKE_PHONE, value_level},
        {RECORD_DOCUMENT, LIKE_DOCUMENT, value_level},
    };

    for (size_t i = 0; i < LIKE_FIELD_COUNT; i++) {
        out->levels[i] = LIKE_UNKNOWN;
        out->rarities[i] = -1;
    }
    names_compare(aligner, a, b, out);
    out->levels[LIKE_BIRTH] = birth_level(a->birth, b->birth);
    if (a->sex != RECORD_SEX_UNKNOWN && b->sex != RECORD_SEX_UNKNOWN)
        out->levels[LIKE_SEX] = a->sex == b->sex ? LIKE_VALUE_SAME : LIKE_VALUE_DIFFERENT;
    for (size_t i = 0; i < ARRAY_COUNT(others); i++)
        field_compare(aligner, a, b, others[i].kind, others[i].level_of,
                      &out->levels[others[i].field], &out->rarities[others[i].field]);
}
