/* The demonstration's messages and files: see demo_data.h. */
#include "cmd/demo_data.h"

#include "base/attributes.h"
#include "base/env.h"
#include "base/limits.h"
#include "crypto/id.h"
#include "message/answer.h"
#include "message/request.h"

#include <stdlib.h>

#define DAY_MS INT64_C(86400000)
#define TEXT(literal)                                                                              \
    {                                                                                              \
        (const uint8_t *)(literal), sizeof(literal) - 1                                            \
    }

static struct marking marking_make(const char *party, const char *reference, enum entity_type type,
                                   int64_t now_ms)
{
    struct marking marking = {.type = type,
                              .schema_version = MARKING_SCHEMA,
                              .origin_party = span_text(party),
                              .origin_ref = span_text(reference),
                              .source_system = SOURCE_NATIONAL,
                              .purpose = PURPOSE_INVESTIGATION,
                              .offences = OFFENCE_BIT(OFFENCE_MIGRANT_SMUGGLING) |
                                          OFFENCE_BIT(OFFENCE_ORGANISED_CRIME),
                              .source_eval = SOURCE_EVAL_B,
                              .info_eval = 2,
                              .nature = NATURE_FACT,
                              .handling = HANDLING_BIT(HANDLING_H1),
                              .classification = CLASSIFICATION_UNCLASSIFIED,
                              .as_of_ms = now_ms - DAY_MS,
                              .recorded_at_ms = now_ms,
                              .recorded_by = span_text("officer"),
                              .review_at_ms = now_ms + 90 * DAY_MS,
                              .erase_at_ms = now_ms + 180 * DAY_MS};
    id_make(env_real(), marking.id);
    return marking;
}

static struct transfer transfer_make(int64_t now_ms)
{
    return (struct transfer){.ground = TRANSFER_ART61_TREATY,
                             .instrument = span_text("Training instrument (fictional)"),
                             .article = span_text("7"),
                             .review_at_ms = now_ms + 180 * DAY_MS};
}

static const struct person_name driver_names[] = {
    {.family = TEXT("Vranaj"),
     .given = TEXT("Ilirian"),
     .father = TEXT("Petraq"),
     .script = SCRIPT_LATIN},
};
static const struct span driver_nationalities[] = {TEXT("AL")};
static const struct person_document driver_documents[] = {
    {.kind = DOCUMENT_PASSPORT, .number = TEXT("ZZ0000017"), .country = TEXT("AL")},
};

static struct person driver_make(const char *party, const char *reference, int64_t now_ms)
{
    return (struct person){.marking = marking_make(party, reference, ENTITY_PERSON, now_ms),
                           .category = PERSON_SUSPECT,
                           .names = driver_names,
                           .name_count = ARRAY_COUNT(driver_names),
                           .sex = SEX_MALE,
                           .birth_date = span_text("1984-07"),
                           .birth_place = span_text("Shkodër"),
                           .birth_country = span_text("AL"),
                           .nationalities = driver_nationalities,
                           .nationality_count = ARRAY_COUNT(driver_nationalities),
                           .documents = driver_documents,
                           .document_count = ARRAY_COUNT(driver_documents),
                           .link_to_purpose = span_text("Drove the van in the exercise.")};
}

bool demo_request(const char *reference, int64_t now_ms, struct buffer *out, struct error *err)
{
    struct person driver = driver_make("ro", "RO-P-1", now_ms);
    struct request request = {
        .reference = span_text(reference),
        .case_reference = span_text("EXERCISE-7"),
        .authority = span_text("Single Point of Contact, Bucharest"),
        .address = span_text("1 Example Street, Bucharest"),
        .officer = span_text("officer"),
        .purpose = PURPOSE_INVESTIGATION,
        .offences = OFFENCE_BIT(OFFENCE_MIGRANT_SMUGGLING) | OFFENCE_BIT(OFFENCE_ORGANISED_CRIME),
        .facts = span_text("Exercise. Eleven people were found hidden in a van near Calafat. The "
                           "driver left on foot; the van was hired in Timișoara two days before."),
        .asked = span_text("Is the driver known under this name? Which vehicles are registered to "
                           "him?"),
        .believed_available_reason = span_text("His passport was issued in Shkodër."),
        .persons = &driver,
        .person_count = 1,
        .is_urgent = true,
        .urgency_ground = URGENCY_THREAT_LIFE,
        .urgency_reason = span_text("Two of the people are still missing in freezing weather."),
        .language = span_text("en"),
        .handling = HANDLING_BIT(HANDLING_H1),
        .classification = CLASSIFICATION_UNCLASSIFIED,
        .is_necessary_and_proportionate = true,
        .is_believed_available = true,
        .has_no_death_penalty = true,
        .has_transfer = true,
        .transfer = transfer_make(now_ms),
        .is_training = true,
    };
    return request_write(&request, out) ||
           error_set(err, ERROR_LIMIT, "the request of the demonstration does not fit");
}

bool demo_answer(const char *reference, int64_t now_ms, struct buffer *out, struct error *err)
{
    struct item items[] = {
        {.source_kind = SOURCE_KIND_REGISTER,
         .has_person = true,
         .person = driver_make("al", "AL-P-9", now_ms)},
        {.source_kind = SOURCE_KIND_CASE_FILE,
         .has_text = true,
         .text = {.marking = marking_make("al", "AL-T-3", ENTITY_TEXT, now_ms),
                  .text = TEXT("Exercise. Two vehicles are registered to him: AA 000 ZZ and "
                               "AA 001 ZZ.")}},
    };
    struct answer answer = {
        .reference = span_text("AL-EXERCISE-311"),
        .request_reference = span_text(reference),
        .outcome = ANSWER_FULL,
        .items = items,
        .item_count = ARRAY_COUNT(items),
        .to_judge = span_text("Exercise: civil register of this month; vehicle list of last week."),
        .officer = span_text("officer"),
        .approved_by = span_text("approver"),
        .language = span_text("en"),
        .handling = HANDLING_BIT(HANDLING_H0),
        .classification = CLASSIFICATION_UNCLASSIFIED,
        .has_no_death_penalty = true,
        .has_transfer = true,
        .transfer = transfer_make(now_ms),
        .is_training = true,
    };
    return answer_write(&answer, out) ||
           error_set(err, ERROR_LIMIT, "the answer of the demonstration does not fit");
}

/* --- files --- */

/* splitmix64: no randomness is wanted here, only bytes that do not compress and are the same again. */
static uint64_t next_number(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9E3779B97F4A7C15));

    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

static void segment_fill(uint8_t *segment, uint64_t *state)
{
    for (size_t i = 0; i < SEGMENT_SIZE; i += sizeof(uint64_t)) {
        uint64_t number = next_number(state);
        for (size_t k = 0; k < sizeof number; k++)
            segment[i + k] = (uint8_t)(number >> (8 * k));
    }
}

bool demo_large_write(const char *path, uint8_t sha256[DIGEST_SIZE], struct error *err)
{
    const struct env *env = env_real();
    struct env_file *file = NULL;
    struct digest *digest = digest_begin();
    uint8_t *segment = malloc(SEGMENT_SIZE);
    uint64_t state = 7;

    bool ok =
        ((digest != NULL && segment != NULL) || error_set(err, ERROR_LIMIT, "out of memory")) &&
        env->open(env->context, path, ENV_OPEN_CREATE, &file, err);
    for (int64_t at = 0; ok && at < DEMO_LARGE_SIZE; at += SEGMENT_SIZE) {
        segment_fill(segment, &state);
        digest_add(digest, span_make(segment, SEGMENT_SIZE));
        ok = env->write_at(env->context, file, at, span_make(segment, SEGMENT_SIZE), err);
    }
    if (file != NULL)
        env->close(env->context, file);
    if (ok) {
        digest_end(digest, sha256);
        digest = NULL;
    }
    digest_drop(&digest);
    free(segment);
    return ok;
}

bool demo_statement_write(const char *path, uint8_t sha256[DIGEST_SIZE], struct error *err)
{
    static const char text[] = "Exercise. Statement of the driver of the recovery vehicle:\n"
                               "the van stood on the verge with its doors open; nobody was near.\n";

    digest_sha256(span_text(text), sha256);
    return env_write_file(env_real(), path, span_text(text), err);
}

bool demo_digest(const char *path, uint8_t sha256[DIGEST_SIZE], int64_t *size, struct error *err)
{
    const struct env *env = env_real();
    struct env_file *file = NULL;
    struct digest *digest = digest_begin();
    uint8_t *segment = malloc(SEGMENT_SIZE);

    bool ok =
        ((digest != NULL && segment != NULL) || error_set(err, ERROR_LIMIT, "out of memory")) &&
        env->open(env->context, path, ENV_OPEN_READ, &file, err) &&
        env->size(env->context, file, size, err);
    for (int64_t at = 0; ok && at < *size; at += SEGMENT_SIZE) {
        size_t count = *size - at < (int64_t)SEGMENT_SIZE ? (size_t)(*size - at) : SEGMENT_SIZE;
        ok = env->read_at(env->context, file, at, segment, count, err);
        digest_add(digest, span_make(segment, count));
    }
    if (file != NULL)
        env->close(env->context, file);
    if (ok) {
        digest_end(digest, sha256);
        digest = NULL;
    }
    digest_drop(&digest);
    free(segment);
    return ok;
}
