/* What the load carries: see load.h. Everyone here is invented. */
#include "load.h"

#include "message/request.h"

#include <stdio.h>

#define DAY_MS INT64_C(86400000)

static struct marking marking_make(uint64_t number, uint8_t person, int64_t now_ms)
{
    struct marking marking = {.type = ENTITY_PERSON,
                              .schema_version = MARKING_SCHEMA,
                              .origin_party = span_text("ro"),
                              .origin_ref = span_text(person == 0 ? "P-1" : "P-2"),
                              .source_system = SOURCE_NATIONAL,
                              .purpose = PURPOSE_INVESTIGATION,
                              .offences = OFFENCE_BIT(OFFENCE_MIGRANT_SMUGGLING),
                              .source_eval = SOURCE_EVAL_B,
                              .info_eval = 2,
                              .nature = NATURE_FACT,
                              .handling = HANDLING_BIT(HANDLING_H0),
                              .classification = CLASSIFICATION_UNCLASSIFIED,
                              .as_of_ms = now_ms - 2 * DAY_MS,
                              .recorded_at_ms = now_ms - DAY_MS,
                              .recorded_by = span_text("ana"),
                              .review_at_ms = now_ms + 90 * DAY_MS,
                              .erase_at_ms = now_ms + 180 * DAY_MS};

    memcpy(marking.id, &number, sizeof number);
    marking.id[6] = 0x80;
    marking.id[8] = 0x80;
    marking.id[15] = person;
    return marking;
}

static bool request_of(uint64_t number, int64_t now_ms, struct span facts, struct buffer *out)
{
    char reference[24];
    char family[24];
    struct person_name names[2];
    struct person persons[2];

    snprintf(reference, sizeof reference, "RO-%010llu", (unsigned long long)number);
    snprintf(family, sizeof family, "Vranaj-%010llu", (unsigned long long)number);
    for (uint8_t i = 0; i < 2; i++) {
        names[i] = (struct person_name){.family = span_text(i == 0 ? family : "Codrescu"),
                                        .given = span_text(i == 0 ? "Ilirian" : "Ancuța"),
                                        .script = SCRIPT_LATIN};
        persons[i] = (struct person){.marking = marking_make(number, i, now_ms),
                                     .category = i == 0 ? PERSON_SUSPECT : PERSON_CONTACT_ASSOCIATE,
                                     .names = &names[i],
                                     .name_count = 1,
                                     .birth_date = span_text(i == 0 ? "1984-07-31" : "1990"),
                                     .link_to_purpose =
                                         span_text(i == 0 ? "Drove the van." : "Hired the van.")};
    }
    struct request request = {.reference = span_text(reference),
                              .authority = span_text("Single Point of Contact, Bucharest"),
                              .address = span_text("1 Example Street"),
                              .officer = span_text("ana"),
                              .purpose = PURPOSE_INVESTIGATION,
                              .offences = OFFENCE_BIT(OFFENCE_MIGRANT_SMUGGLING),
                              .facts = facts,
                              .asked = span_text("Is the driver known?"),
                              .believed_available_reason = span_text("Issued in Tirana."),
                              .persons = persons,
                              .person_count = 2,
                              .language = span_text("en"),
                              .handling = HANDLING_BIT(HANDLING_H0),
                              .classification = CLASSIFICATION_UNCLASSIFIED,
                              .is_necessary_and_proportionate = true,
                              .is_believed_available = true,
                              .has_no_death_penalty = true,
                              .has_transfer = true,
                              .transfer = {.ground = TRANSFER_ART61_TREATY,
                                           .instrument = span_text("PCC-SEE"),
                                           .article = span_text("Art. 7"),
                                           .review_at_ms = now_ms + 365 * DAY_MS},
                              .is_training = true};
    return request_write(&request, out);
}

/* The facts fill what is missing to the size. */
bool load_body(uint64_t number, int64_t now_ms, struct buffer *out)
{
    char facts[LOAD_BODY_SIZE];

    memset(facts, 'a' + (int)(number % 26), sizeof facts);
    buffer_clear(out);
    if (!request_of(number, now_ms, span_make(facts, 1), out))
        return false;
    if (out->size >= LOAD_BODY_SIZE)
        return true;
    size_t missing = LOAD_BODY_SIZE - out->size;
    buffer_clear(out);
    return request_of(number, now_ms, span_make(facts, missing + 1), out);
}
