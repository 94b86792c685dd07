/* Samples: see samples.h. Everyone here is invented. */
#include "message/support/samples.h"

#include "message/form.h"

#include <stdio.h>
#include <stdlib.h>

#define TEXT(literal)                                                                              \
    {                                                                                              \
        (const uint8_t *)(literal), sizeof(literal) - 1                                            \
    }

#define SAMPLE_MARKING(last, kind, reference)                                                      \
    {                                                                                              \
        .id = {0x01, 0x9b, 0xb2, 0x5c, 0x2c, 0x00, 0x7a, 0x11, 0x8e, 0x51, 0, 0, 0, 0, 0, (last)}, \
        .type = (kind), .schema_version = MARKING_SCHEMA, .origin_party = TEXT("ro"),              \
        .origin_ref = TEXT(reference), .source_system = SOURCE_NATIONAL,                           \
        .purpose = PURPOSE_INVESTIGATION,                                                          \
        .offences = OFFENCE_BIT(OFFENCE_MIGRANT_SMUGGLING) | OFFENCE_BIT(OFFENCE_ORGANISED_CRIME), \
        .source_eval = SOURCE_EVAL_B, .info_eval = 2, .nature = NATURE_FACT,                       \
        .handling = HANDLING_BIT(HANDLING_H1), .classification = CLASSIFICATION_UNCLASSIFIED,      \
        .as_of_ms = SAMPLE_RECORDED_MS - 2 * SAMPLE_DAY_MS, .recorded_at_ms = SAMPLE_RECORDED_MS,  \
        .recorded_by = TEXT("officer-7f3a"),                                                       \
        .review_at_ms = SAMPLE_RECORDED_MS + 180 * SAMPLE_DAY_MS,                                  \
        .erase_at_ms = SAMPLE_RECORDED_MS + 300 * SAMPLE_DAY_MS                                    \
    }

static const struct person_name suspect_names[] = {
    {.family = TEXT("Vranaj"),
     .given = TEXT("Ilirian"),
     .father = TEXT("Petraq"),
     .script = SCRIPT_LATIN},
    {.family = TEXT("Вранај"), .given = TEXT("Илиријан"), .script = SCRIPT_CYRILLIC},
    {.family = TEXT("ڤراناي"), .alias = TEXT("أبو القمر"), .script = SCRIPT_ARABIC},
};
static const struct person_name contact_names[] = {
    {.family = TEXT("Codrescu-Șuțan"),
     .given = TEXT("Ancuța"),
     .maiden = TEXT("Țifrea"),
     .script = SCRIPT_LATIN},
};
static const struct person_document suspect_documents[] = {
    {.kind = DOCUMENT_PASSPORT, .number = TEXT("ZZ0000017"), .country = TEXT("AL")},
};
static const struct span suspect_nationalities[] = {TEXT("AL")};
static const struct span contact_nationalities[] = {TEXT("RO")};
static const struct span contact_phones[] = {TEXT("+40 700 000 001")};

const struct person sample_persons[2] = {
    {.marking = SAMPLE_MARKING(1, ENTITY_PERSON, "RO-P-1"),
     .category = PERSON_SUSPECT,
     .names = suspect_names,
     .name_count = 3,
     .sex = SEX_MALE,
     .birth_date = TEXT("1984-07"),
     .birth_place = TEXT("Shkodër"),
     .birth_country = TEXT("AL"),
     .nationalities = suspect_nationalities,
     .nationality_count = 1,
     .documents = suspect_documents,
     .document_count = 1,
     .link_to_purpose = TEXT("Drove the van in which the migrants were found.")},
    {.marking = SAMPLE_MARKING(2, ENTITY_PERSON, "RO-P-2"),
     .category = PERSON_CONTACT_ASSOCIATE,
     .names = contact_names,
     .name_count = 1,
     .sex = SEX_FEMALE,
     .birth_date = TEXT("1990"),
     .nationalities = contact_nationalities,
     .nationality_count = 1,
     .phones = contact_phones,
     .phone_count = 1,
     .link_to_purpose = TEXT("Hired the van; called the driver nine times that night.")},
};

static const struct transfer sample_transfer = {.ground = TRANSFER_ART61_TREATY,
                                                .instrument = TEXT("PCC-SEE"),
                                                .article = TEXT("Art. 7"),
                                                .review_at_ms =
                                                    SAMPLE_RECORDED_MS + 365 * SAMPLE_DAY_MS};

static const struct foreign_reference sample_foreign[] = {
    {.channel = CHANNEL_INTERPOL, .reference = TEXT("I-2026/114")},
};

static const struct request sample_request_value = {
    .reference = TEXT("RO-2026-000017"),
    .case_reference = TEXT("C-2026-0042"),
    .authority = TEXT("Single Point of Contact, Bucharest"),
    .address = TEXT("1 Example Street, Bucharest"),
    .officer = TEXT("officer-7f3a"),
    .approved_by = TEXT("officer-ab12"),
    .purpose = PURPOSE_INVESTIGATION,
    .offences = OFFENCE_BIT(OFFENCE_MIGRANT_SMUGGLING) | OFFENCE_BIT(OFFENCE_ORGANISED_CRIME),
    .facts = TEXT("On 10 January 2026 eleven people were found hidden in a van near Calafat.\nThe "
                  "driver left on foot; the van was hired in Timișoara two days before."),
    .asked = TEXT("Is the driver known under these names? Which vehicles are registered to him?"),
    .believed_available_reason = TEXT("His passport was issued in Shkodër."),
    .persons = sample_persons,
    .person_count = 2,
    .language = TEXT("en"),
    .handling = HANDLING_BIT(HANDLING_H1),
    .classification = CLASSIFICATION_UNCLASSIFIED,
    .foreign_references = sample_foreign,
    .foreign_reference_count = 1,
    .is_necessary_and_proportionate = true,
    .is_believed_available = true,
    .has_no_death_penalty = true,
    .has_transfer = true,
    .transfer = {.ground = TRANSFER_ART61_TREATY,
                 .instrument = TEXT("PCC-SEE"),
                 .article = TEXT("Art. 7"),
                 .review_at_ms = SAMPLE_RECORDED_MS + 365 * SAMPLE_DAY_MS},
    .is_training = true,
};

struct request sample_request(void)
{
    return sample_request_value;
}

struct request sample_request_urgent(void)
{
    struct request request = sample_request_value;
    request.is_urgent = true;
    request.urgency_ground = URGENCY_THREAT_LIFE;
    request.urgency_reason = span_text("Two of the people are still missing in freezing weather.");
    return request;
}

struct request sample_request_numbered(unsigned n, char reference[24])
{
    struct request request = sample_request_value;
    snprintf(reference, 24, "RO-%u", n);
    request.reference = span_text(reference);
    return request;
}

static const struct item sample_items[] = {
    {.source_kind = SOURCE_KIND_REGISTER,
     .has_person = true,
     .person = {.marking = SAMPLE_MARKING(3, ENTITY_PERSON, "AL-P-9"),
                .category = PERSON_SUSPECT,
                .names = suspect_names,
                .name_count = 2,
                .birth_date = TEXT("1984-07-31"),
                .nationalities = suspect_nationalities,
                .nationality_count = 1,
                .link_to_purpose = TEXT("The person asked about.")}},
    {.source_kind = SOURCE_KIND_CASE_FILE,
     .has_text = true,
     .text = {.marking = SAMPLE_MARKING(4, ENTITY_TEXT, "AL-T-3"),
              .text = TEXT("Two vehicles are registered to him: AA 000 ZZ and AA 001 ZZ.")}},
};

static const struct refusal sample_refusals[] = {
    {.ground = REFUSAL_GROUND_F_II, .reason = TEXT("An investigation is under way.")},
    {.ground = REFUSAL_GROUND_UNDER_AGREEMENT},
};

static struct answer answer_make(enum answer_outcome outcome)
{
    return (struct answer){.reference = TEXT("AL-2026-000311"),
                           .request_reference = TEXT("RO-2026-000017"),
                           .outcome = outcome,
                           .officer = TEXT("officer-c0de"),
                           .approved_by = TEXT("officer-ab12"),
                           .language = TEXT("en"),
                           .handling = HANDLING_BIT(HANDLING_H0),
                           .classification = CLASSIFICATION_UNCLASSIFIED,
                           .is_training = true};
}

struct answer sample_answer(void)
{
    struct answer answer = answer_make(ANSWER_FULL);
    answer.items = sample_items;
    answer.item_count = ARRAY_COUNT(sample_items);
    answer.to_judge =
        span_text("Civil register of January 2026; the vehicle list is of last week.");
    answer.has_no_death_penalty = true;
    answer.has_transfer = true;
    answer.transfer = sample_transfer;
    return answer;
}

struct answer sample_answer_refused(void)
{
    struct answer answer = answer_make(ANSWER_REFUSED);
    answer.refusals = sample_refusals;
    answer.refusal_count = ARRAY_COUNT(sample_refusals);
    return answer;
}

struct answer sample_answer_partial(void)
{
    struct answer answer = sample_answer();
    answer.outcome = ANSWER_PARTIAL;
    answer.refusals = sample_refusals;
    answer.refusal_count = 1;
    return answer;
}

struct answer sample_answer_nothing_held(void)
{
    return answer_make(ANSWER_NOTHING_HELD);
}

struct opened sample_opened(void)
{
    return (struct opened){.unit = TEXT("spoc-1"), .opened_at_ms = SAMPLE_RECORDED_MS + 61000};
}

struct assigned sample_assigned(void)
{
    return (struct assigned){.unit = TEXT("border-3"),
                             .assigned_at_ms = SAMPLE_RECORDED_MS + 122000};
}

static const struct outcome_refused sample_refused[] = {
    {.index = 102, .ground = OUTCOME_NOT_PERMITTED, .clause = TEXT("4.2")},
    {.index = 104, .ground = OUTCOME_MALFORMED},
};
static const uint64_t sample_held[] = {103, 109};

struct clarification sample_clarification(void)
{
    return (struct clarification){.question =
                                      TEXT("Which of the two plates was seen on 11 January?"),
                                  .language = TEXT("en"),
                                  .officer = TEXT("o-7f3a"),
                                  .approved_by = TEXT("o-ab12"),
                                  .is_training = true};
}

struct clarification_reply sample_clarification_reply(void)
{
    return (struct clarification_reply){.reply = TEXT("The second one."),
                                        .language = TEXT("en"),
                                        .officer = TEXT("o-11c4"),
                                        .approved_by = TEXT("o-ab12"),
                                        .is_training = true};
}

struct access_decision sample_access_decision(void)
{
    return (struct access_decision){.access = ACCESS_INDIRECTLY,
                                    .held_by = ACCESS_HOLDER_PUBLIC_AUTHORITY,
                                    .source = TEXT("Register of companies (test)")};
}

struct delay_notice sample_delay_notice(void)
{
    return (struct delay_notice){.stage = DELAY_APPLIED,
                                 .reason = DELAY_REASON_AUTHORISATION_NEEDED,
                                 .authority = TEXT("Court of first instance (test)"),
                                 .expected_ms = SAMPLE_RECORDED_MS + 9 * SAMPLE_DAY_MS};
}

struct urgency_not_shared sample_urgency_not_shared(void)
{
    return (struct urgency_not_shared){.doubt = URGENCY_DOUBT_FACTS};
}

struct urgency_reply sample_urgency_reply(void)
{
    return (struct urgency_reply){.decision = URGENCY_GIVEN_UP};
}

struct spontaneous sample_spontaneous(void)
{
    return (struct spontaneous){
        .reference = TEXT("RO-2026-000204"),
        .case_reference = TEXT("C-2026-0042"),
        .authority = TEXT("Single Point of Contact, Bucharest"),
        .provision = PROVISION_MUST,
        .purpose = PURPOSE_INVESTIGATION,
        .offences = OFFENCE_BIT(OFFENCE_MIGRANT_SMUGGLING),
        .relevance = TEXT("The driver lives in Shkodër, and the next trip was to begin there."),
        .items = sample_items,
        .item_count = ARRAY_COUNT(sample_items),
        .to_judge = TEXT("From one telephone; the calls were listened to by an interpreter."),
        .officer = TEXT("officer-7f3a"),
        .approved_by = TEXT("officer-ab12"),
        .language = TEXT("en"),
        .handling = HANDLING_BIT(HANDLING_H0),
        .classification = CLASSIFICATION_UNCLASSIFIED,
        .foreign_references = sample_foreign,
        .foreign_reference_count = 1,
        .has_no_death_penalty = true,
        .has_transfer = true,
        .transfer = sample_transfer,
        .is_training = true};
}

struct outcomes sample_outcomes(void)
{
    return (struct outcomes){.from = 100,
                             .to = 110,
                             .refused = sample_refused,
                             .refused_count = ARRAY_COUNT(sample_refused),
                             .held = sample_held,
                             .held_count = ARRAY_COUNT(sample_held)};
}

static const struct reference sample_reference = {
    .origin = TEXT("al/ro-al/to/ro/0"),
    .id = {0x01, 0x9b, 0xb2, 0x5c, 0x2c, 0x00, 0x7a, 0x11, 0x8e, 0x51, 0, 0, 0, 0, 1, 7}};

struct erased sample_erased(void)
{
    return (struct erased){.item = sample_reference,
                           .part = 2,
                           .reason = ERASE_RETENTION,
                           .erased_at_ms = SAMPLE_RECORDED_MS + 300 * SAMPLE_DAY_MS};
}

static const uint64_t sample_part_numbers[] = {2, 5};

struct parts_held sample_parts_held(void)
{
    return (struct parts_held){.item = sample_reference,
                               .parts = sample_part_numbers,
                               .part_count = ARRAY_COUNT(sample_part_numbers),
                               .total = 3};
}

struct clock_dispute sample_clock_dispute(void)
{
    return (struct clock_dispute){.size = 812,
                                  .their_time_s = SAMPLE_RECORDED_MS / 1000 + 3600,
                                  .posted_ms = SAMPLE_RECORDED_MS,
                                  .answered_ms = SAMPLE_RECORDED_MS + 250};
}

struct succession sample_succession(void)
{
    return (struct succession){
        .document = TEXT("not a CMS"), .size = 812, .root = {1, 2, 3}, .custody = 41};
}

static const struct span sample_objects[] = {TEXT("request RO-2026-000017"), TEXT("case C-9")};
static const uint8_t sample_leaves[2 * DIGEST_SIZE] = {1, 2, 3};

struct act sample_act(void)
{
    return (struct act){.officer = TEXT("irina-m"),
                        .unit = TEXT("spoc-1"),
                        .reason = TEXT("assigned_case"),
                        .case_id = TEXT("C-2026-0042"),
                        .act = TEXT("request_send"),
                        .outcome = TEXT("done"),
                        .objects = sample_objects,
                        .object_count = ARRAY_COUNT(sample_objects),
                        .leaves = {sample_leaves, sizeof sample_leaves}};
}

struct agreement_proposal sample_agreement_proposal(void)
{
    return (struct agreement_proposal){
        .version = 4, .fingerprint = {0xF1, 2}, .signed_once = TEXT("one signature")};
}

struct agreement_signature sample_agreement_signature(void)
{
    return (struct agreement_signature){
        .version = 4, .fingerprint = {0xF1, 2}, .co_signed = TEXT("two signatures")};
}

struct agreement_refusal sample_agreement_refusal(void)
{
    return (struct agreement_refusal){.version = 4, .ground = AMENDMENT_REFUSED_LAW};
}

struct agreement_withdrawal sample_agreement_withdrawal(void)
{
    return (struct agreement_withdrawal){.version = 4, .withdrawn_at_ms = SAMPLE_RECORDED_MS};
}

struct suspension sample_suspension(void)
{
    return (struct suspension){.reason = SUSPENSION_SECURITY,
                               .suspended_at_ms = SAMPLE_RECORDED_MS + 1000};
}

struct suspension_lifted sample_suspension_lifted(void)
{
    return (struct suspension_lifted){.lifted_at_ms = SAMPLE_RECORDED_MS + 61000};
}

struct termination sample_termination(void)
{
    return (struct termination){.ends_at_ms = SAMPLE_RECORDED_MS + 90 * SAMPLE_DAY_MS,
                                .reason = SUSPENSION_LAW};
}

struct key_revocation sample_key_revocation(void)
{
    struct key_revocation revocation = {.reason = REVOCATION_THEFT,
                                        .revoked_at_ms = SAMPLE_RECORDED_MS + 1000};

    memset(revocation.certificate, 0xab, sizeof revocation.certificate);
    return revocation;
}

size_t sample_segment(size_t index, uint8_t *room)
{
    size_t size = index < 2 ? SEGMENT_SIZE : (size_t)(SAMPLE_ATTACHMENT_SIZE % SEGMENT_SIZE);
    memset(room, 0, size);
    if (index == 2)
        room[size - 1] = 0xB3;
    return size;
}

static bool sample_attachment(struct sample_parts *room)
{
    struct digest *file = digest_begin();
    uint8_t *segment = malloc(SEGMENT_SIZE);

    if (file == NULL || segment == NULL) {
        digest_drop(&file);
        free(segment);
        return false;
    }
    for (size_t i = 0; i < 3; i++) {
        struct span bytes = span_make(segment, sample_segment(i, segment));
        digest_add(file, bytes);
        digest_sha256(bytes, room->segment_hashes + i * DIGEST_SIZE);
    }
    digest_end(file, room->attachment.sha256);
    free(segment);
    room->attachment.part = 2;
    room->attachment.name = span_text("foto-duba.jpg");
    room->attachment.mime = span_text("image/jpeg");
    room->attachment.size = SAMPLE_ATTACHMENT_SIZE;
    room->attachment.segment_hashes = span_make(room->segment_hashes, sizeof room->segment_hashes);
    return true;
}

bool sample_request_with_parts(struct sample_parts *room, struct request *out)
{
    struct span small = span_text("{\"source_kind\":\"register\"}");

    *room = (struct sample_parts){.salts = {{1}, {2}}};
    if (!sample_attachment(room))
        return false;
    room->parts[0] = (struct part){.number = 1, .size = (int64_t)small.size};
    room->parts[1] =
        (struct part){.number = 2, .kind = PART_KIND_ATTACHMENT, .size = SAMPLE_ATTACHMENT_SIZE};
    part_digest_small(room->salts[0], small, room->parts[0].digest);
    part_digest_attachment(room->salts[1], &room->attachment, room->parts[1].digest);
    *out = sample_request_value;
    out->parts = (struct part_list){room->parts, 2};
    out->attachments = (struct attachment_list){&room->attachment, 1};
    return true;
}

/* The sample's value behind a pointer, for the generic writer. */
union sample_value {
    struct spontaneous spontaneous;
    struct request request;
    struct answer answer;
    struct opened opened;
    struct assigned assigned;
    struct outcomes outcomes;
    struct erased erased;
    struct parts_held parts_held;
    struct clock_dispute clock_dispute;
    struct act act;
    struct succession succession;
    struct agreement_proposal agreement_proposal;
    struct agreement_signature agreement_signature;
    struct agreement_refusal agreement_refusal;
    struct agreement_withdrawal agreement_withdrawal;
    struct suspension suspension;
    struct suspension_lifted suspension_lifted;
    struct termination termination;
    struct key_revocation key_revocation;
    struct clarification clarification;
    struct clarification_reply clarification_reply;
    struct access_decision access_decision;
    struct delay_notice delay_notice;
    struct urgency_not_shared urgency_not_shared;
    struct urgency_reply urgency_reply;
};

static bool sample_value(enum message_type type, union sample_value *out)
{
    switch (type) {
    case MESSAGE_REQUEST:
        out->request = sample_request();
        return true;
    case MESSAGE_ANSWER:
        out->answer = sample_answer();
        return true;
    case MESSAGE_OPENED:
        out->opened = sample_opened();
        return true;
    case MESSAGE_ASSIGNED:
        out->assigned = sample_assigned();
        return true;
    case MESSAGE_OUTCOMES:
        out->outcomes = sample_outcomes();
        return true;
    case MESSAGE_ERASED:
        out->erased = sample_erased();
        return true;
    case MESSAGE_PARTS_HELD:
        out->parts_held = sample_parts_held();
        return true;
    case MESSAGE_CLOCK_DISPUTE:
        out->clock_dispute = sample_clock_dispute();
        return true;
    case MESSAGE_ACT:
        out->act = sample_act();
        return true;
    case MESSAGE_SUCCESSION:
        out->succession = sample_succession();
        return true;
    case MESSAGE_AGREEMENT_PROPOSAL:
        out->agreement_proposal = sample_agreement_proposal();
        return true;
    case MESSAGE_AGREEMENT_SIGNATURE:
        out->agreement_signature = sample_agreement_signature();
        return true;
    case MESSAGE_AGREEMENT_REFUSAL:
        out->agreement_refusal = sample_agreement_refusal();
        return true;
    case MESSAGE_AGREEMENT_WITHDRAWAL:
        out->agreement_withdrawal = sample_agreement_withdrawal();
        return true;
    case MESSAGE_SUSPENSION:
        out->suspension = sample_suspension();
        return true;
    case MESSAGE_SUSPENSION_LIFTED:
        out->suspension_lifted = sample_suspension_lifted();
        return true;
    case MESSAGE_TERMINATION:
        out->termination = sample_termination();
        return true;
    case MESSAGE_KEY_REVOCATION:
        out->key_revocation = sample_key_revocation();
        return true;
    case MESSAGE_CLARIFICATION:
        out->clarification = sample_clarification();
        return true;
    case MESSAGE_CLARIFICATION_REPLY:
        out->clarification_reply = sample_clarification_reply();
        return true;
    case MESSAGE_ACCESS_DECISION:
        out->access_decision = sample_access_decision();
        return true;
    case MESSAGE_DELAY_NOTICE:
        out->delay_notice = sample_delay_notice();
        return true;
    case MESSAGE_URGENCY_NOT_SHARED:
        out->urgency_not_shared = sample_urgency_not_shared();
        return true;
    case MESSAGE_URGENCY_REPLY:
        out->urgency_reply = sample_urgency_reply();
        return true;
    case MESSAGE_SPONTANEOUS:
        out->spontaneous = sample_spontaneous();
        return true;
    case MESSAGE_UNKNOWN:
    case MESSAGE_WITHDRAWN:
    case MESSAGE_FILLER:
        return false;
    }
    return false;
}

bool sample_body(enum message_type type, struct buffer *out)
{
    union sample_value value;
    return sample_value(type, &value) && form_write(message_types[type].form, &value, out);
}

struct head sample_head(enum message_type type)
{
    const struct message_type_row *row = &message_types[type];
    struct head head = {
        .id = {0x01, 0x9b, 0xb2, 0x5c, 0x2c, 0x00, 0x7a, 0x11, 0x8e, 0x51, 0, 0, 0, 0, 2, 1},
        .type = type,
        .type_version = row->version,
        .type_text = TEXT("photo/3"),
        .unit = TEXT("spoc-1"),
        .created_ms = SAMPLE_RECORDED_MS,
        .has_body = row->has_body,
        .body_digest = {0xAB, 0xCD}};
    if (!row->is_domestic) {
        head.agreement_id = span_text("ro-al");
        head.agreement_version = 3;
        head.seen = 41;
    }
    if (row->needs_in_reply_to) {
        head.has_in_reply_to = true;
        head.in_reply_to = sample_reference;
    }
    return head;
}
