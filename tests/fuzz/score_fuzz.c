/*
 * Arbitrary bytes as two records: comparing does not depend on which is the first, a score is a share between 0 and 1 with
 * reasons that sum to its bits, a record is like itself, and linking gives each pair once.
 */
#include "match/link.h"

#include <math.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct folder *folder;
static struct score_weights weights;
static struct score_curve curve;

static void must(bool claim)
{
    if (!claim)
        abort();
}

static void begin(void)
{
    struct error err = {0};

    if (folder != NULL)
        return;
    must(folder_make(&folder, &err));
    score_weights_published(&weights);
    score_curve_published(&curve);
}

/* Values apart by a zero byte: the first byte of each is kind and group. A value of kind 15 is the birth date. */
static void record_read(struct lexicon *lexicon, const uint8_t *data, size_t size,
                        struct record_word words[RECORD_WORD_MAX], struct record *out)
{
    struct record_value values[RECORD_VALUE_MAX];
    struct record_input input = {.values = values};
    struct error err = {0};

    while (size > 0 && input.value_count < RECORD_VALUE_MAX) {
        const uint8_t *end = memchr(data, 0, size);
        size_t length = end == NULL ? size : (size_t)(end - data);
        if (length > 0 && (data[0] & 15) == 15) {
            if (!birth_read((struct span){data + 1, length - 1}, &input.birth, &err))
                input.birth = (struct birth){0};
        } else if (length > 0) {
            values[input.value_count++] = (struct record_value){
                (data[0] & 15) % RECORD_KIND_COUNT, data[0] >> 4, {data + 1, length - 1}};
        }
        input.sex = length % 3;
        data += length + (end != NULL);
        size -= length + (end != NULL);
    }
    must(record_make(lexicon, folder, &input, words, out, &err));
}

static void score_check(struct aligner *aligner, const struct record *a, const struct record *b)
{
    struct likeness like;
    struct likeness turned;
    struct score score;
    char text[SCORE_WORDS_SIZE];
    float sum = -7;

    likeness_make(aligner, a, b, &like);
    likeness_make(aligner, b, a, &turned);
    must(memcmp(like.levels, turned.levels, sizeof like.levels) == 0);
    score_make(&weights, &curve, &like, -7, &score);
    must(score.share >= 0 && score.share <= 1);
    for (size_t i = 0; i < score.reason_count; i++) {
        sum += score.reasons[i].bits;
        score_words(&score.reasons[i], text);
        must(strlen(text) > 4);
    }
    must(fabsf(sum - score.bits) < 0.01f);
}

static bool pair_take(void *context, uint32_t a, uint32_t b, struct error *err)
{
    (void)err;
    must(a == 0 && b == 1);
    must(++*(int *)context == 1);
    return true;
}

static void link_check(struct lexicon *lexicon, const struct record *a, const struct record *b)
{
    struct link_list list;
    struct error err = {0};
    uint64_t skipped;
    int pairs = 0;

    link_list_make(lexicon, BLOCKING_ALL, &list);
    must(link_list_add(&list, a, &err) && link_list_add(&list, b, &err));
    must(link_pairs(&list, pair_take, &pairs, &skipped, &err) && skipped == 0);
    link_list_free(&list);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct record_word words[2][RECORD_WORD_MAX];
    struct record records[2];
    struct lexicon *lexicon = NULL;
    struct aligner *aligner = NULL;
    struct error err = {0};

    begin();
    must(lexicon_make(&lexicon, &err) && aligner_make(lexicon, &aligner, &err));
    size_t half = size == 0 ? 0 : data[0] * size / 256;
    record_read(lexicon, data, half, words[0], &records[0]);
    record_read(lexicon, data + half, size - half, words[1], &records[1]);
    score_check(aligner, &records[0], &records[1]);
    score_check(aligner, &records[0], &records[0]);
    link_check(lexicon, &records[0], &records[1]);
    aligner_free(&aligner);
    lexicon_free(&lexicon);
    return 0;
}
