/* Own score: see own_score.h. */
#include "desk/own_score.h"

#include "desk/own_index.h"

#include <math.h>
#include <stdlib.h>

#define PEOPLE_SUPPOSED 1000000

struct candidate {
    struct record record;
    struct record_word words[RECORD_WORD_MAX];
};

struct own_scorer {
    struct own_index *own_index;
    struct folder *folder; /* the index's; without one our own */
    struct folder *own_folder;
    struct lexicon *lexicon;
    struct aligner *aligner;
    struct score_weights weights;
    struct score_curve curve;
    float prior_bits;
    struct candidate question;
    struct candidate **candidates; /* each in place, since records point into it */
    size_t count;
    size_t room;
};

bool own_scorer_make(struct own_index *own_index, const struct record_input *question,
                     struct own_scorer **out, struct error *err)
{
    struct own_scorer *scorer = calloc(1, sizeof *scorer);

    *out = scorer;
    if (scorer == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    scorer->own_index = own_index;
    bool ok = true;
    if (own_index != NULL)
        ok = own_index_folder(own_index, &scorer->folder, err);
    else
        ok = folder_make(&scorer->own_folder, err);
    if (own_index == NULL)
        scorer->folder = scorer->own_folder;
    ok = ok && lexicon_make(&scorer->lexicon, err) &&
         aligner_make(scorer->lexicon, &scorer->aligner, err) &&
         record_make(scorer->lexicon, scorer->folder, question, scorer->question.words,
                     &scorer->question.record, err);
    if (!ok) {
        own_scorer_free(out);
        return false;
    }
    aligner_know_given(scorer->aligner);
    score_weights_published(&scorer->weights);
    score_curve_published(&scorer->curve);
    return true;
}

void own_scorer_free(struct own_scorer **scorer)
{
    struct own_scorer *gone = *scorer;

    *scorer = NULL;
    if (gone == NULL)
        return;
    for (size_t i = 0; i < gone->count; i++)
        free(gone->candidates[i]);
    free(gone->candidates);
    aligner_free(&gone->aligner);
    lexicon_free(&gone->lexicon);
    folder_free(&gone->own_folder);
    free(gone);
}

/* --- a person --- */

static void value_put(struct own_values *values, enum record_kind kind, size_t group,
                      struct span text)
{
    if (text.size > 0 && values->count < RECORD_VALUE_MAX)
        values->list[values->count++] = (struct record_value){kind, (uint8_t)group, text};
}

/* As own_names has them: each spelling, with the maiden name in place of the family name, and each alias, is a name. */
static void names_put(const struct person *person, struct own_values *values)
{
    size_t group = 0;

    for (size_t i = 0; i < person->name_count; i++) {
        const struct person_name *name = &person->names[i];
        if (name->given.size + name->family.size > 0) {
            value_put(values, RECORD_GIVEN, group, name->given);
            value_put(values, RECORD_FAMILY, group++, name->family);
        }
        if (name->maiden.size > 0) {
            value_put(values, RECORD_GIVEN, group, name->given);
            value_put(values, RECORD_FAMILY, group++, name->maiden);
        }
        if (name->alias.size > 0)
            value_put(values, RECORD_WHOLE, group++, name->alias);
    }
}

void own_record_input(const struct person *person, uint32_t birth, struct own_values *values,
                      struct record_input *out)
{
    size_t group = 0;

    values->count = 0;
    names_put(person, values);
    for (size_t i = 0; i < person->nationality_count; i++)
        value_put(values, RECORD_REGION, group++, person->nationalities[i]);
    value_put(values, RECORD_REGION, group, person->birth_country);
    value_put(values, RECORD_PLACE, 0, person->birth_place);
    *out = (struct record_input){
        .values = values->list,
        .value_count = values->count,
        .birth = birth_unpack(birth),
        .sex = person->sex == SEX_FEMALE ? RECORD_SEX_FEMALE
               : person->sex == SEX_MALE ? RECORD_SEX_MALE
                                         : RECORD_SEX_UNKNOWN,
    };
}

bool own_scorer_add(struct own_scorer *scorer, const struct person *person, uint32_t birth,
                    struct error *err)
{
    struct candidate *candidate = calloc(1, sizeof *candidate);
    struct own_values values;
    struct record_input input;

    if (scorer->count == scorer->room) {
        size_t room = scorer->room == 0 ? 64 : 2 * scorer->room;
        struct candidate **grown = realloc(scorer->candidates, room * sizeof *grown);
        if (grown != NULL) {
            scorer->candidates = grown;
            scorer->room = room;
        }
    }
    if (candidate == NULL || scorer->count == scorer->room) {
        free(candidate);
        return error_set(err, ERROR_LIMIT, "out of memory");
    }
    scorer->candidates[scorer->count++] = candidate;
    own_record_input(person, birth, &values, &input);
    return record_make(scorer->lexicon, scorer->folder, &input, candidate->words,
                       &candidate->record, err);
}

/* --- scoring --- */

void own_scorer_weigh(struct own_scorer *scorer)
{
    uint64_t people = PEOPLE_SUPPOSED;

    if (scorer->own_index != NULL)
        people = own_index_weigh(scorer->own_index, scorer->lexicon);
    scorer->prior_bits = -log2f((float)(people < 2 ? 2 : people));
}

void own_scorer_score(struct own_scorer *scorer, size_t candidate, struct own_same same,
                      struct score *out)
{
    struct likeness likeness;

    likeness_make(scorer->aligner, &scorer->question.record, &scorer->candidates[candidate]->record,
                  &likeness);
    if (same.phone)
        likeness.levels[LIKE_PHONE] = LIKE_VALUE_SAME;
    if (same.document)
        likeness.levels[LIKE_DOCUMENT] = LIKE_VALUE_SAME;
    score_make(&scorer->weights, &scorer->curve, &likeness, scorer->prior_bits, out);
}
