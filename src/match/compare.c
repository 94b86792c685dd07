/* Compare: see compare.h. Costs are in hundredths of a letter. */
#include "match/compare.h"

#include "match/skeleton.h"

#include <pthread.h>
#include <string.h>

#define COST_LETTER     100
#define COST_VOWEL_SWAP 35 /* one vowel for another */
#define COST_VOWEL      45 /* a vowel more or less */
#define COST_BARE_VOWEL 8  /* the same where short vowels are not written */
#define COST_H          30
#define COST_DOUBLE     15 /* a letter written twice */
#define COST_CLASS      40 /* consonants of one sound class */
#define COST_SEMI       30 /* y, i, j and w, u, v for one another */
#define COST_TURN       70 /* two neighbours swapped */

static bool is_vowel(char c)
{
    return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u' || c == 'y';
}

static bool is_semi(char a, char b)
{
    static const char groups[] = "yij wuv ";
    const char *at = strchr(groups, a);
    const char *bt = strchr(groups, b);

    return at != NULL && bt != NULL && (at - groups) / 4 == (bt - groups) / 4;
}

static int cost_swap(char a, char b)
{
    if (a == b)
        return 0;
    if (is_semi(a, b))
        return COST_SEMI;
    if (is_vowel(a) && is_vowel(b))
        return COST_VOWEL_SWAP;
    uint8_t class = skeleton_class(a);
    return class != 0 && class == skeleton_class(b) ? COST_CLASS : COST_LETTER;
}

/* A letter that only one side has, behind `before` (0 at the beginning). */
static int cost_alone(char c, char before, bool is_bare)
{
    if (c == before)
        return COST_DOUBLE;
    if (c == 'h')
        return COST_H;
    if (is_vowel(c))
        return is_bare ? COST_BARE_VOWEL : COST_VOWEL;
    return COST_LETTER;
}

static int min2(int a, int b)
{
    return a < b ? a : b;
}

static size_t code_of(char c)
{
    return c >= 'a' && c <= 'z'   ? (size_t)(c - 'a')
           : c >= '0' && c <= '9' ? (size_t)(c - '0') + 26
                                  : 0;
}

static char letter_of(size_t code)
{
    return (char)(code < 26 ? 'a' + code : '0' + code - 26);
}

static uint8_t swap_costs[36][36];
static pthread_once_t swap_costs_once = PTHREAD_ONCE_INIT;

static void swap_costs_fill(void)
{
    for (size_t a = 0; a < 36; a++)
        for (size_t b = 0; b < 36; b++)
            swap_costs[a][b] = (uint8_t)cost_swap(letter_of(a), letter_of(b));
}

void compare_prepare(const struct fold_token *token, struct compare_pattern *out)
{
    pthread_once(&swap_costs_once, swap_costs_fill);
    out->token = *token;
    for (size_t i = 0; i < token->size; i++) {
        char c = token->text[i];
        char before = i > 0 ? token->text[i - 1] : '\0';
        memcpy(out->swaps[i], swap_costs[code_of(c)], sizeof out->swaps[i]);
        out->alones[0][i] = (uint8_t)cost_alone(c, before, false);
        out->alones[1][i] = (uint8_t)cost_alone(c, before, true);
    }
}

/* Beyond `room` some value beyond it. */
static int distance(const struct compare_pattern *pattern, const char *text, size_t size,
                    bool is_bare, int room)
{
    int rows[3][FOLD_TOKEN_SIZE_MAX + 1];
    int alones[FOLD_TOKEN_SIZE_MAX];
    uint8_t codes[FOLD_TOKEN_SIZE_MAX];
    const char *own = pattern->token.text;
    int *before = rows[0];
    int *last = rows[1];
    int *now = rows[2];

    last[0] = 0;
    for (size_t j = 0; j < size; j++) {
        alones[j] = cost_alone(text[j], j > 0 ? text[j - 1] : '\0', is_bare);
        codes[j] = (uint8_t)code_of(text[j]);
        last[j + 1] = last[j] + alones[j];
    }
    for (size_t i = 1; i <= pattern->token.size; i++) {
        const uint8_t *swaps = pattern->swaps[i - 1];
        int alone = pattern->alones[is_bare][i - 1];
        int least = now[0] = last[0] + alone;
        for (size_t j = 1; j <= size; j++) {
            int cost = min2(last[j - 1] + swaps[codes[j - 1]],
                            min2(last[j] + alone, now[j - 1] + alones[j - 1]));
            if (i > 1 && j > 1 && own[i - 1] == text[j - 2] && own[i - 2] == text[j - 1])
                cost = min2(cost, before[j - 2] + COST_TURN);
            now[j] = cost;
            least = min2(least, cost);
        }
        if (least > room + COST_TURN) /* a turn looks one row further back */
            return least;
        int *free_row = before;
        before = last;
        last = now;
        now = free_row;
    }
    return last[size];
}

float compare_pattern(const struct compare_pattern *pattern, const char *text, size_t size,
                      enum fold_script script, float least)
{
    const struct fold_token *token = &pattern->token;
    bool is_bare = (token->script == FOLD_ARABIC) != (script == FOLD_ARABIC);
    size_t longer = token->size > size ? token->size : size;
    size_t shorter = token->size > size ? size : token->size;
    size_t told = is_bare ? shorter : longer; /* without vowels fewer letters tell as much */
    int whole = (int)(told < 3 ? 3 : told) * COST_LETTER;
    int room = (int)((1.0f - least) * (float)whole) + 1;

    if (token->size == size && memcmp(token->text, text, size) == 0)
        return 1.0f;
    /* Letters that are missing cost at least the cheapest letter each. */
    if ((int)(longer - shorter) * (is_bare ? COST_BARE_VOWEL : COST_DOUBLE) > room)
        return 0.0f;
    float like = 1.0f - (float)distance(pattern, text, size, is_bare, room) / (float)whole;
    return like < 0 ? 0 : like;
}

float compare_tokens(const struct fold_token *a, const struct fold_token *b, float least)
{
    struct compare_pattern pattern;

    compare_prepare(a, &pattern);
    return compare_pattern(&pattern, b->text, b->size, b->script, least);
}
