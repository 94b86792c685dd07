/* Skeleton: see skeleton.h. */
#include "match/skeleton.h"

#include "base/attributes.h"

#include <string.h>

enum sound { NONE, P, F, T, K, S, M, N, L, R, DIGIT, VOWEL_ONLY };

#define KEY_CLASS_MAX 15

/* Groups of letters and how they may be read: each reading is up to two sounds. Longest first for one first letter. */
static const struct {
    const char *letters;
    struct {
        uint8_t sounds[2];
    } readings[3];
    uint8_t reading_count;
} groups[] = {
    {"tsch", {{{S}}}, 1},
    {"dsch", {{{S}}}, 1},
    {"sht", {{{S, T}}, {{S}}}, 2}, /* Bulgarian, against Russian shch */
    {"shch", {{{S}}, {{S, T}}}, 2},
    {"sch", {{{S}}, {{S, K}}}, 2},
    {"tch", {{{S}}}, 1},
    {"dzh", {{{S}}}, 1},
    {"che", {{{S}}, {{K}}}, 2}, /* Romanian che is ke, English and Albanian ch are not */
    {"chi", {{{S}}, {{K}}}, 2},
    {"ch", {{{S}}, {{K}}, {{NONE}}}, 3}, /* Greek chi is also written h */
    {"sh", {{{S}}}, 1},
    {"zh", {{{S}}}, 1},
    {"xh", {{{S}}}, 1},
    {"th", {{{T}}}, 1},
    {"dh", {{{T}}, {{S}}}, 2}, /* Arabic dhal is also written z */
    {"dj", {{{S}}}, 1},
    {"gj", {{{S}}, {{K}}}, 2},
    {"gi", {{{K}}, {{S}}}, 2},
    {"ge", {{{K}}, {{S}}}, 2},
    {"kj", {{{S}}, {{K}}}, 2},
    {"ky", {{{K}}, {{S}}}, 2},
    {"kh", {{{K}}, {{NONE}}}, 2},
    {"gh", {{{K}}, {{NONE}}}, 2},
    {"ph", {{{F}}, {{P}}}, 2},
    {"dz", {{{S}}}, 1},
    {"ts", {{{S}}}, 1},
    {"tz", {{{S}}}, 1},
    {"cz", {{{S}}}, 1},
    {"ks", {{{K, S}}, {{S}}}, 2},
    {"x", {{{K, S}}, {{S}}}, 2},
    {"mp", {{{M, P}}, {{P}}}, 2}, /* Greek letters for b, d, g */
    {"nt", {{{N, T}}, {{T}}}, 2},
    {"gk", {{{K}}}, 1},
    {"ck", {{{K}}}, 1},
    {"ce", {{{S}}, {{K}}}, 2},
    {"ci", {{{S}}, {{K}}}, 2},
    {"c", {{{K}}, {{S}}}, 2},
    {"q", {{{K}}, {{S}}}, 2},
    {"j", {{{S}}, {{NONE}}}, 2},
    {"w", {{{F}}, {{NONE}}}, 2},
    {"v", {{{F}}, {{P}}}, 2}, /* Greek beta */
};

uint8_t skeleton_class(char letter)
{
    static const uint8_t classes[26] = {
        ['b' - 'a'] = P, ['c' - 'a'] = K, ['d' - 'a'] = T, ['f' - 'a'] = F, ['g' - 'a'] = K,
        ['j' - 'a'] = S, ['k' - 'a'] = K, ['l' - 'a'] = L, ['m' - 'a'] = M, ['n' - 'a'] = N,
        ['p' - 'a'] = P, ['q' - 'a'] = K, ['r' - 'a'] = R, ['s' - 'a'] = S, ['t' - 'a'] = T,
        ['v' - 'a'] = F, ['w' - 'a'] = F, ['x' - 'a'] = S, ['z' - 'a'] = S,
    };
    if (letter >= 'a' && letter <= 'z')
        return classes[letter - 'a'];
    return letter >= '0' && letter <= '9' ? DIGIT : NONE;
}

struct draft {
    uint64_t key;
    uint8_t count;
    uint8_t last; /* doubled sounds are one */
};

static void sound_add(struct draft *draft, uint8_t sound)
{
    if (sound == NONE || sound == draft->last || draft->count == KEY_CLASS_MAX)
        return;
    draft->key |= (uint64_t)sound << (4 * draft->count++);
    draft->last = sound;
}

/* Every draft so far goes on in each reading; drafts beyond SKELETON_MAX go on in the first alone. */
static size_t drafts_fork(struct draft *drafts, size_t count, size_t group)
{
    size_t before = count;

    for (size_t reading = groups[group].reading_count; reading-- > 0;) {
        const uint8_t *sounds = groups[group].readings[reading].sounds;
        for (size_t i = 0; i < before; i++) {
            struct draft *draft = &drafts[i];
            if (reading > 0) {
                if (count == SKELETON_MAX)
                    break;
                draft = &drafts[count++];
                *draft = drafts[i];
            }
            sound_add(draft, sounds[0]);
            sound_add(draft, sounds[1]);
        }
    }
    return count;
}

static size_t group_find(const char *text, size_t size, size_t *group)
{
    for (size_t i = 0; i < ARRAY_COUNT(groups); i++) {
        size_t length = strlen(groups[i].letters);
        if (length <= size && memcmp(text, groups[i].letters, length) == 0) {
            *group = i;
            return length;
        }
    }
    return 0;
}

void skeleton_make(const char *text, size_t size, struct skeletons *out)
{
    struct draft drafts[SKELETON_MAX] = {{.key = 0}};
    size_t count = 1;

    for (size_t at = 0; at < size;) {
        size_t group = 0;
        size_t length = group_find(text + at, size - at, &group);
        if (length > 0) {
            count = drafts_fork(drafts, count, group);
        } else {
            for (size_t i = 0; i < count; i++) {
                uint8_t sound = skeleton_class(text[at]);
                sound_add(&drafts[i], sound);
                if (sound == DIGIT)
                    drafts[i].last = NONE; /* digits do count twice */
            }
            length = 1;
        }
        at += length;
    }
    out->count = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t key =
            drafts[i].key != 0 ? drafts[i].key : VOWEL_ONLY | (uint64_t)(uint8_t)text[0] << 8;
        bool is_new = true;
        for (size_t k = 0; k < out->count; k++)
            is_new = is_new && out->keys[k] != key;
        if (is_new)
            out->keys[out->count++] = key;
    }
}
