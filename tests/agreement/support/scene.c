/* Scene: see scene.h. All people are fictional. */
#include "scene.h"

#include "base/attributes.h"

#include <stdio.h>
#include <stdlib.h>

static const struct span ro_languages[] = {{(const uint8_t *)"ro", 2}, {(const uint8_t *)"en", 2}};
static const struct span al_languages[] = {{(const uint8_t *)"sq", 2}, {(const uint8_t *)"en", 2}};

void scene_parties(struct agreement_party parties[2], struct agreement_authority authorities[2])
{
    static const char *const names[2][5] = {
        {"ro", "Romania", "Europe/Bucharest", "+40 21 000 0000",
         "-----BEGIN CERTIFICATE-----\nplaceholder of ro\n-----END CERTIFICATE-----\n"},
        {"al", "Albania", "Europe/Tirane", "+355 4 000 0000",
         "-----BEGIN CERTIFICATE-----\nplaceholder of al\n-----END CERTIFICATE-----\n"}};

    authorities[0] = (struct agreement_authority){span_text("spoc-ro"),
                                                  span_text("Single Point of Contact, Bucharest")};
    authorities[1] = (struct agreement_authority){span_text("spoc-al"),
                                                  span_text("Single Point of Contact, Tirana")};
    for (uint8_t i = 0; i < 2; i++) {
        parties[i] =
            (struct agreement_party){.party = span_text(names[i][0]),
                                     .state = span_text(names[i][1]),
                                     .status = i == 0 ? PARTY_EU_MEMBER : PARTY_THIRD_COUNTRY,
                                     .certificate_pem = span_text(names[i][4]),
                                     .time_zone = span_text(names[i][2]),
                                     .contact = span_text(names[i][3]),
                                     .fallback = span_text(i == 1 ? "I-24/7 (test)" : ""),
                                     .languages = i == 0 ? ro_languages : al_languages,
                                     .language_count = 2,
                                     .authorities = &authorities[i],
                                     .authority_count = 1};
        memset(parties[i].log_key, 0x10 + i, sizeof parties[i].log_key);
        memset(parties[i].custody_key, 0x20 + i, sizeof parties[i].custody_key);
        memset(parties[i].witness_key, 0x30 + i, sizeof parties[i].witness_key);
        memset(parties[i].sealing_key, 0x40 + i, sizeof parties[i].sealing_key);
    }
}

static struct marking marking_make(enum entity_type type, struct span party, int64_t days)
{
    struct marking marking = {.type = type,
                              .schema_version = MARKING_SCHEMA,
                              .origin_party = party,
                              .origin_ref = span_text("2026/17"),
                              .source_system = SOURCE_NATIONAL,
                              .purpose = PURPOSE_INVESTIGATION,
                              .offences = OFFENCE_BIT(OFFENCE_MIGRANT_SMUGGLING),
                              .info_eval = 1,
                              .handling = HANDLING_BIT(HANDLING_H0),
                              .as_of_ms = SCENE_NOW_MS - SCENE_DAY_MS,
                              .recorded_at_ms = SCENE_NOW_MS,
                              .recorded_by = span_text("o-7"),
                              .review_at_ms = SCENE_NOW_MS + days / 2 * SCENE_DAY_MS,
                              .erase_at_ms = SCENE_NOW_MS + days * SCENE_DAY_MS};
    return marking;
}

static struct transfer transfer_make(void)
{
    return (struct transfer){.ground = TRANSFER_ART61_TREATY,
                             .instrument = span_text("Fictional Convention"),
                             .article = span_text("Article 5"),
                             .review_at_ms = SCENE_NOW_MS + 365 * SCENE_DAY_MS};
}

static void persons_make(struct scene *scene)
{
    scene->names[0] =
        (struct person_name){.family = span_text("Popaj"), .given = span_text("Gjergj")};
    scene->names[1] =
        (struct person_name){.family = span_text("Ionescu-Test"), .given = span_text("Ana")};
    for (size_t i = 0; i < 2; i++)
        scene->persons[i] =
            (struct person){.marking = marking_make(ENTITY_PERSON, span_text("al"), 180),
                            .category = i == 0 ? PERSON_SUSPECT : PERSON_VICTIM,
                            .names = &scene->names[i],
                            .name_count = 1,
                            .birth_date = span_text("1984-07-02"),
                            .link_to_purpose = span_text("named in the file")};
}

static void request_make(struct scene *scene)
{
    scene->request = (struct request){.reference = span_text("AL-1"),
                                      .authority = scene->authorities[1].name,
                                      .address = span_text("Tirana"),
                                      .officer = span_text("o-1"),
                                      .approved_by = span_text("o-4"),
                                      .purpose = PURPOSE_INVESTIGATION,
                                      .offences = OFFENCE_BIT(OFFENCE_MIGRANT_SMUGGLING),
                                      .facts = span_text("A fictional boat."),
                                      .asked = span_text("Residence?"),
                                      .believed_available_reason = span_text("Plate of ro"),
                                      .persons = scene->persons,
                                      .person_count = 2,
                                      .language = span_text("en"),
                                      .handling = HANDLING_BIT(HANDLING_H0),
                                      .is_necessary_and_proportionate = true,
                                      .is_believed_available = true,
                                      .has_no_death_penalty = true,
                                      .is_training = true};
}

static void answer_make(struct scene *scene)
{
    scene->items[0] = (struct item){.has_person = true, .person = scene->persons[0]};
    scene->items[1] = (struct item){.has_text = true,
                                    .text = {marking_make(ENTITY_TEXT, span_text("ro"), 180),
                                             span_text("Seen at the fictional port.")}};
    scene->items[0].person.marking.origin_party = span_text("ro");
    scene->answer = (struct answer){.reference = span_text("RO-1"),
                                    .request_reference = span_text("AL-1"),
                                    .outcome = ANSWER_FULL,
                                    .items = scene->items,
                                    .item_count = 2,
                                    .to_judge = span_text("Register of today."),
                                    .officer = span_text("o-2"),
                                    .approved_by = span_text("o-3"),
                                    .language = span_text("en"),
                                    .handling = HANDLING_BIT(HANDLING_H0),
                                    .has_no_death_penalty = true,
                                    .has_transfer = true,
                                    .transfer = transfer_make(),
                                    .is_training = true};
}

static void spontaneous_make(struct scene *scene)
{
    scene->given = (struct spontaneous){.reference = span_text("RO-2"),
                                        .authority = scene->authorities[0].name,
                                        .provision = PROVISION_MUST,
                                        .purpose = PURPOSE_INVESTIGATION,
                                        .offences = OFFENCE_BIT(OFFENCE_MIGRANT_SMUGGLING),
                                        .relevance = span_text("The boat sails for Durres."),
                                        .items = scene->items,
                                        .item_count = 2,
                                        .to_judge = span_text("Register of today."),
                                        .officer = span_text("o-2"),
                                        .approved_by = span_text("o-3"),
                                        .language = span_text("en"),
                                        .handling = HANDLING_BIT(HANDLING_H0),
                                        .has_no_death_penalty = true,
                                        .has_transfer = true,
                                        .transfer = transfer_make(),
                                        .is_training = true};
}

void scene_make(struct scene *scene)
{
    struct error err = {.kind = ERROR_NONE};

    memset(scene, 0, sizeof *scene);
    scene->arena = arena_make(AGREEMENT_ARENA_SIZE);
    scene_parties(scene->parties, scene->authorities);
    struct agreement_draft draft = {.valid_from_ms = SCENE_NOW_MS - 30 * SCENE_DAY_MS,
                                    .valid_to_ms = SCENE_NOW_MS + 300 * SCENE_DAY_MS,
                                    .parties = {&scene->parties[0], &scene->parties[1]}};
    memset(draft.psk_hash, 0x77, sizeof draft.psk_hash);
    if (!agreement_default(&draft, &scene->arena, &scene->agreement, &err)) {
        fprintf(stderr, "%s\n", err.text);
        abort();
    }
    memcpy(scene->parties, scene->agreement.parties, sizeof scene->parties);
    scene->agreement.parties = scene->parties;
    scene->basis = scene->agreement.legal_bases[0];
    scene->agreement.legal_bases = &scene->basis;
    persons_make(scene);
    request_make(scene);
    answer_make(scene);
    spontaneous_make(scene);
    scene->question = (struct permit_question){.sender = span_text("al"),
                                               .receiver = span_text("ro"),
                                               .type = MESSAGE_REQUEST,
                                               .created_ms = SCENE_NOW_MS,
                                               .request = &scene->request,
                                               .body_size = 2000};
}

void scene_free(struct scene *scene)
{
    arena_free(&scene->arena);
}

void scene_ask_answer(struct scene *scene)
{
    scene->question.sender = span_text("ro");
    scene->question.receiver = span_text("al");
    scene->question.type = MESSAGE_ANSWER;
    scene->question.request = NULL;
    scene->question.answer = &scene->answer;
}

void scene_ask_spontaneous(struct scene *scene)
{
    scene_ask_answer(scene);
    scene->question.type = MESSAGE_SPONTANEOUS;
    scene->question.answer = NULL;
    scene->question.spontaneous = &scene->given;
}

void scene_ask_request_of_ro(struct scene *scene)
{
    scene->question.sender = span_text("ro");
    scene->question.receiver = span_text("al");
    scene->request.authority = scene->authorities[0].code;
    scene->request.has_transfer = true;
    scene->request.transfer = transfer_make();
}

void scene_be_real(struct scene *scene)
{
    scene->agreement.is_training = false;
    scene->request.is_training = false;
    scene->answer.is_training = false;
    scene->given.is_training = false;
    scene->basis.instrument = span_text("Fictional Convention");
    scene->basis.article = span_text("Article 5");
    scene->basis.in_force_from_ms = SCENE_NOW_MS - 1000 * SCENE_DAY_MS;
}
