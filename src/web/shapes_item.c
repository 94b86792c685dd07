/* Shapes of messages as officers see them: lists, one item, what is sent, held files. */
#include "desk/alarm.h"
#include "desk/approval.h"
#include "desk/desk.h"
#include "desk/duty.h"
#include "desk/onward_limits.h"
#include "desk/rights_names.h"
#include "desk/spoc.h"
#include "message/access_decision.h"
#include "message/answer.h"
#include "message/clarification.h"
#include "message/delay_notice.h"
#include "message/erased.h"
#include "message/part.h"
#include "message/refusal.h"
#include "message/request.h"
#include "message/spontaneous.h"
#include "message/urgency.h"
#include "web/shape_codes.h"
#include "web/shape_rows.h"

#define LOG_TEXT     "Its log: party, agreement, partner and number."
#define ITEM_TEXT    "The id of the message."
#define WORDS_MAX    2048 /* of a text that a partner wrote */
#define UPLOAD_SIZE  16
#define TIMELINE_MAX 256 /* notices, answers, and what was said of the limit */

/* --- arguments --- */

static const struct shape_field refusal_fields[] = {
    CHOICES("grounds", MUST, 1, refusal_ground_names, "Why; each at most once."),
    CHOICES("true_grounds", MAY, 0, refusal_ground_names,
            "Exactly with under_agreement: why in truth; for the domestic log alone."),
    TEXT("reason_text", MAY, 0, REFUSAL_REASON_SIZE_MAX, "In words, for the partner."),
    TEXT("language", MAY, 0, 2, "Of the words, ISO 639-1; absent: that of the request."),
    CHOICE("copy_exemption", MAY, copy_exemption_names,
           "Why the own Single Point of Contact gets no copy."),
};
const struct shape shape_refusal =
    SHAPE("refusal_arguments", "Why a request is refused.", refusal_fields);

static const struct shape_field assignment_fields[] = {
    IDENTIFIER("unit", MUST, "Who works on it."),
};
const struct shape shape_assignment =
    SHAPE("assignment_arguments", "To whom a request goes.", assignment_fields);

static const struct shape_field clarification_fields[] = {
    TEXT("question", MUST, 1, CLARIFICATION_SIZE_MAX, "For the partner."),
    TEXT("language", MUST, 2, 2, "Of the question, ISO 639-1; one that the partner accepts."),
};
const struct shape shape_clarification =
    SHAPE("clarification_arguments", "What is asked about a request.", clarification_fields);

static const struct shape_field clarification_reply_fields[] = {
    TEXT("reply", MUST, 1, CLARIFICATION_REPLY_SIZE_MAX, "For the partner."),
    TEXT("language", MUST, 2, 2, "Of the reply, ISO 639-1; one that the partner accepts."),
};
const struct shape shape_clarification_reply = SHAPE(
    "clarification_reply_arguments", "What is replied to a question.", clarification_reply_fields);

static const struct shape_field access_fields[] = {
    CHOICE("access", MUST, access_kind_names, "In databases that the desk queries itself, or not."),
    CHOICE("held_by", MAY, access_holder_names, "Exactly when indirectly accessible."),
    TEXT("source", MAY, 1, ACCESS_SOURCE_SIZE_MAX,
         "The institution or its register; exactly when indirectly accessible."),
};
const struct shape shape_access =
    SHAPE("access_arguments", "Whether the information is directly accessible.", access_fields);

static const struct shape_field delay_fields[] = {
    CHOICE("authorisation", MUST, delay_stage_names, "How it stands."),
    CHOICE("delay_reason", MUST, delay_reason_names, "Why the answer comes later, at every stage."),
    TEXT("reason_text", MAY, 1, DELAY_REASON_SIZE_MAX,
         "In words, never about a person; exactly with other."),
    TEXT("authority", MUST, 1, DELAY_AUTHORITY_SIZE_MAX, "That decides; never a person."),
    TIME("expected_by", MUST, "When the answer is expected."),
};
const struct shape shape_delay =
    SHAPE("delay_arguments", "A judicial authorisation that is awaited.", delay_fields);

static const struct shape_field doubt_fields[] = {
    CHOICE("doubt", MUST, urgency_doubt_names, "Why it is not found urgent."),
};
const struct shape shape_doubt =
    SHAPE("urgency_doubt_arguments", "An urgency that is not shared.", doubt_fields);

static const struct shape_field urgency_fields[] = {
    CHOICE("urgency", MUST, urgency_decision_names, "Given up, or kept."),
};
const struct shape shape_urgency =
    SHAPE("urgency_arguments", "What is said to the doubt.", urgency_fields);

static const struct shape_field erasure_fields[] = {
    INTEGER("part", MAY, 0, UINT16_MAX, "The part; 0 or absent: the body with all its parts."),
    CHOICE("erase_reason", MUST, erase_reason_names, "As the partner is told."),
};
const struct shape shape_erasure =
    SHAPE("erasure_arguments", "What is erased, and why.", erasure_fields);

/* --- lists --- */

static const char *const urgent_words[] = {"no", "threat_public_security", "threat_life",
                                           "restrictive_measures", "loss_of_relevance"};
_Static_assert(ARRAY_COUNT(urgent_words) == URGENCY_GROUND_COUNT, "one for each ground, and no");
static const char *const state_words[] = {"answered", "waits for the partner", "on its way",
                                          "opened", "received"};
static const char *const limit_words[] = {"runs", "soon", "overdue", "overdue_authorisation",
                                          "suspended"};
static const char *const result_words[] = {"accepted", "refused", "held"};
static const char *const returned_words[] = {"returned"};

static const struct shape_field row_fields[] = {
    UUID("item", MUST, ITEM_TEXT),
    IDENTIFIER("partner", MUST, NULL),
    TEXT("reference", MUST, 1, REFERENCE_SIZE_MAX, "As its authority numbers it."),
    CHOICE("urgent", MUST, urgent_words, "The ground, or no."),
    BOOLEAN("training", MUST, "Nothing in it is real."),
    CODES_WORDS,
    CHOICE("rights", MAY, rights_state_names,
           "It was flagged as one that may be of ground j (docs/safeguards.md g2)."),
    COUNT("persons", MUST, "How many persons it names."),
    COUNT("attachments", MUST, NULL),
    TIME("created", MUST, NULL),
    TIME("received", MAY, "By the clock of the receiving node; absent: not yet."),
    TIME("suspended_since", MAY, "A question about it is open: no time runs."),
    CHOICE("limit", MAY, limit_words, "How it stands; absent once answered, or before custody."),
    TIME("due", MAY, "When its answer is; absent while suspended."),
    INTEGER("minutes_left", MAY, -JSON_INTEGER_MAX, JSON_INTEGER_MAX, "Below 0: overdue."),
    TIME("delayed_to", MAY,
         "The answer waits for a judicial authorisation, it is expected, until then; the limit "
         "itself stays where it is."),
    COUNT("answers", MAY, "More than one: a further answer adds to the first, or mends it."),
    CHOICE("state", MUST, state_words, NULL),
    CHOICE("partner_says", MAY, result_words, "What the partner's node did with it."),
    IDENTIFIER("unit", MAY, "To whom it was given; of ours: there."),
};
static const struct shape request_row = SHAPE("request_row", "A request in a list.", row_fields);

static const char *const given_types[] = {"spontaneous"};
static const char *const given_states[] = {"waits for the partner", "on its way", "opened",
                                           "received"};
static const struct shape_field given_fields[] = {
    UUID("item", MUST, ITEM_TEXT),
    CHOICE("type", MUST, given_types, "Of the message."),
    IDENTIFIER("partner", MUST, NULL),
    TEXT("reference", MUST, 1, REFERENCE_SIZE_MAX, "As its authority numbers it."),
    CHOICE("provision", MUST, provision_names, "Whether it had to be given."),
    BOOLEAN("training", MUST, "Nothing in it is real."),
    CODES_WORDS,
    COUNT("items", MUST, "How many things it gives."),
    COUNT("attachments", MUST, NULL),
    TIME("created", MUST, NULL),
    TIME("received", MAY, "By the clock of the receiving node; absent: not yet."),
    CHOICE("state", MUST, given_states, NULL),
    CHOICE("partner_says", MAY, result_words, "What the partner's node did with it."),
};
static const struct shape given_row =
    SHAPE("given_row", "What was given unasked, in a list.", given_fields);

static const struct shape_field returned_fields[] = {
    UUID("item", MUST, ITEM_TEXT),
    TEXT("partner", MUST, 0, NAME_SIZE_MAX, NULL),
    TEXT("type", MUST, 1, NAME_SIZE_MAX, "Of the message."),
    TEXT("reference", MAY, 1, REFERENCE_SIZE_MAX, NULL),
    CODES_WORDS,
    TIME("created", MUST, NULL),
    TIME("returned", MUST, NULL),
    CHOICE("state", MUST, returned_words, NULL),
    TEXT("why", MUST, 0, WORDS_MAX, "What to do about it."),
};
static const struct shape returned_row =
    SHAPE("returned_row", "A message of ours that was not sent after all.", returned_fields);

#define NOT_MET                                                                                    \
    TEXTS("not_met_since_start", MAY, 1, PARTNER_COUNT_MAX, NAME_SIZE_MAX,                         \
          "Partners that did not show yet what they hold: their newest answers, recalls and "      \
          "erasures may be missing, if an older state of this machine was put back.")
static const struct shape *const inbox_rows[] = {&given_row, &request_row};
static const struct shape *const sent_rows[] = {&request_row, &returned_row};
static const struct shape_field counts_fields[] = {
    COUNT("open", MUST, "Without an answer."),
    COUNT("overdue", MUST, "Of them: the time limit is over, and no authorisation is awaited."),
    COUNT(
        "overdue_authorisation", MUST,
        "Of them: the limit is over, and a judicial authorisation is awaited until a day to come."),
    COUNT("soon", MUST, "Of them: the last quarter of the limit runs."),
    COUNT("urgent", MUST, "Of them."),
    COUNT("unassigned", MAY, "Of them: given to no unit; of requests to us."),
    COUNT("counted_to", MUST, "A count of this many is of so many or more."),
};
static const struct shape counts_row =
    SHAPE("queue_counts", "What waits in the whole queue, whatever the filter.", counts_fields);
static const struct shape *const counts_rows[] = {&counts_row};
#define COUNTS OBJECT("counts", MUST, counts_rows, NULL)
static const struct shape_field requests_fields[] = {
    LIST("list", MUST, 2 * DESK_LIST_MAX, inbox_rows, NULL), NEXT, COUNTS, NOT_MET};
static const struct shape_field own_requests_fields[] = {
    LIST("list", MUST, 2 * DESK_LIST_MAX, sent_rows, NULL), NEXT, COUNTS, NOT_MET};
const struct shape shape_requests =
    SHAPE("requests", "A page of requests to us; on the first one, what was given unasked as well.",
          requests_fields);
static const struct shape *const given_rows[] = {&given_row};
static const struct shape_field given_list_fields[] = {
    LIST("list", MUST, DESK_LIST_MAX, given_rows, NULL), NEXT};
const struct shape shape_given =
    SHAPE("given_list", "A page of what was given unasked.", given_list_fields);
const struct shape shape_own_requests =
    SHAPE("own_requests", "A page of our requests; on the first one, what came back as well.",
          own_requests_fields);

static const char *const copy_types[] = {"request", "answer", "spontaneous"};
static const struct shape_field copy_fields[] = {
    INTEGER("copy", MUST, 1, JSON_INTEGER_MAX, "Its number."),
    BOOLEAN("exempted", MUST,
            "For its unit alone: the Single Point of Contact is shown the number."),
    CHOICE("why", MAY, copy_exemption_names, "It was exempted."),
    UUID("item", MAY, ITEM_TEXT),
    IDENTIFIER("partner", MAY, NULL),
    CHOICE("type", MAY, copy_types, "Of the message."),
    TEXT("unit", MAY, 0, NAME_SIZE_MAX, "That sent it."),
    CODES_WORDS,
    TIME("created", MAY, NULL),
};
static const struct shape copy_row =
    SHAPE("copy_row", "What a designated authority sent.", copy_fields);
static const struct shape *const copy_rows[] = {&copy_row};
static const struct shape_field copies_fields[] = {
    LIST("list", MUST, DESK_LIST_MAX, copy_rows, NULL), NEXT};
const struct shape shape_copies =
    SHAPE("copies", "A page of copies to the own Single Point of Contact.", copies_fields);

static const char *const alarm_words[] = {"no_custody", "overdue",    "overdue_authorisation",
                                          "soon",       "unreviewed", "unconfirmed",
                                          "undecided",  "unapproved", "glass"};
static const char *const alarm_types[] = {
    "request",         "answer",       "clarification",      "clarification_reply",
    "access_decision", "delay_notice", "urgency_not_shared", "urgency_reply",
    "spontaneous"};
_Static_assert(ARRAY_COUNT(alarm_words) == ALARM_KIND_COUNT + 4,
               "one for each, what is oral, the flagged requests, the drafts, and broken glass");
static const struct shape *const turns[] = {&shape_on_call_turn};
#define ON_CALL LIST("on_call", MAY, ON_CALL_COUNT_MAX, turns, "Who can approve it now.")
static const struct shape_field alarm_fields[] = {
    CHOICE(
        "alarm", MUST, alarm_words,
        "What is wrong, broken glass before all, then the most pressing. unconfirmed: an urgent request by word of mouth "
        "was not confirmed in writing within 12 hours; undecided: a request may be of ground j, and the head of "
        "the Single Point of Contact has not decided; unapproved: a draft waits."),
    INTEGER("task", MAY, 1, JSON_INTEGER_MAX, "Of unconfirmed."),
    TEXT("case", MAY, 1, NAME_SIZE_MAX, "Of unconfirmed."),
    INTEGER("glass", MAY, 1, JSON_INTEGER_MAX, "Of a restricted case that was opened."),
    IDENTIFIER("officer", MAY, "Of unconfirmed: who registered it; of glass: who opened it."),
    IDENTIFIER("ask_unit", MAY, "Of unconfirmed, when its case is restricted: this unit knows."),
    UUID("item", MAY, ITEM_TEXT),
    CHOICE("type", MAY, alarm_types, "Of the message."),
    HEX("approval", MAY, APPROVAL_ID_SIZE, "Of a draft that waits for its second officer."),
    IDENTIFIER("act", MAY, "What is drafted."),
    IDENTIFIER("approver", MAY, "Who is asked; absent: any officer who may."),
    ON_CALL,
    IDENTIFIER("partner", MAY, NULL),
    TEXT("reference", MAY, 1, REFERENCE_SIZE_MAX, "As its authority numbers it."),
    IDENTIFIER("answers", MAY, "The party that owes the answer."),
    TIME("due", MAY, "When the answer, review or confirmation is or was."),
    TEXT("due_local", MAY, 1, 255,
         "The same by the clocks of both parties, where the agreement holds their tables."),
    TIME("created", MAY, "When it was written, flagged or drafted."),
    TIME("authorisation_expected", MAY,
         "A judicial authorisation was told of, and the answer by then; the limit stays as it is."),
    INTEGER("minutes", MUST, -JSON_INTEGER_MAX, JSON_INTEGER_MAX,
            "Since then; below 0: until then."),
    TEXT("call", MAY, 1, 200, "Where the partner's desk is reached by day and night."),
    TEXT("fallback", MAY, 1, 200,
         "Of no_custody: the agreed channel when nobody answers there; absent: none is agreed."),
};
static const struct shape alarm_row =
    SHAPE("alarm_row", "A limit that wants somebody.", alarm_fields);
static const struct shape *const alarm_rows[] = {&alarm_row};
static const struct shape_field alarms_fields[] = {
    LIST("list", MUST, DESK_LIST_MAX, alarm_rows, NULL), NEXT};
const struct shape shape_alarms = SHAPE("alarms", "A page of alarms of limits.", alarms_fields);

/* --- what is sent --- */

static const char *const sent_words[] = {"stored, waits: the partner suspended the agreement",
                                         "stored, on its way", "stored, waits for the partner"};
static const struct shape_field sent_fields[] = {
    UUID("item", MUST, ITEM_TEXT),
    TEXT("log", MUST, 1, ORIGIN_SIZE_MAX, LOG_TEXT),
    IDENTIFIER("partner", MUST, NULL),
    CHOICE("state", MUST, sent_words, NULL),
    TEXT("allowed_by_clause", MAY, 1, NAME_SIZE_MAX, "Of the agreement."),
    COUNT("due_hours_after_receipt", MAY, "Within which the answer is due."),
};
const struct shape shape_sent = SHAPE("sent", "A message that is in our log now.", sent_fields);

static const struct shape_field upload_fields[] = {
    HEX("upload", MUST, UPLOAD_SIZE, "Name it in `attachments` of the message."),
    TEXT("name", MUST, 1, ATTACHMENT_NAME_SIZE_MAX, NULL),
    INTEGER("size", MUST, 1, ATTACHMENT_SIZE_MAX, "Bytes."),
    HEX("sha256", MUST, SHA256_SIZE, NULL),
};
const struct shape shape_upload = SHAPE("upload", "A file that was taken.", upload_fields);

static const struct shape_field assigned_fields[] = {UUID("item", MUST, ITEM_TEXT),
                                                     IDENTIFIER("unit", MUST, NULL)};
const struct shape shape_assigned =
    SHAPE("item_assigned", "A request with its unit.", assigned_fields);

static const char *const erased_words[] = {"erased here; the partner is told"};
static const struct shape_field erased_fields[] = {
    UUID("item", MUST, ITEM_TEXT),
    INTEGER("part", MUST, 0, UINT16_MAX, "0: all of it."),
    CHOICE("state", MUST, erased_words, NULL),
};
const struct shape shape_erased = SHAPE("item_erased", "What is held here no more.", erased_fields);

static const char *const withdrawn_words[] = {"withdrawn"};
static const struct shape_field withdrawn_fields[] = {UUID("item", MUST, ITEM_TEXT),
                                                      CHOICE("state", MUST, withdrawn_words, NULL)};
const struct shape shape_withdrawn =
    SHAPE("item_withdrawn", "A message that was not sent after all.", withdrawn_fields);

/* --- what is passed on --- */

#define CONSENTS                                                                                   \
    TEXT("consent", MAY, 1, REFERENCE_SIZE_MAX,                                                    \
         "Of its provider: the id of an item that it gave, or of a document in the register."),    \
        TEXT("third_consent", MAY, 1, REFERENCE_SIZE_MAX,                                          \
             "The same of another provider of something in it.")
static const struct shape_field forwarding_fields[] = {
    TEXT("authority", MUST, 1, AUTHORITY_SIZE_MAX, "Code or name, as the agreement lists it."),
    CHOICE("use", MAY, onward_use_names, "What for; unsaid, it may be judicial proceedings."),
    CONSENTS,
};
const struct shape shape_forwarding =
    SHAPE("forwarding_arguments", "To whom an item is passed on.", forwarding_fields);

static const char *const handover_formats[] = {"besa-handover/1"};
static const struct shape_field passed_item_fields[] = {
    ANY("content", MUST, "As docs/messages.md has it under item."),
};
static const struct shape passed_item =
    SHAPE("passed_item", "An item that travelled in a part.", passed_item_fields);
static const struct shape *const passed_items[] = {&passed_item};
#define PASSED_ON                                                                                  \
    UUID("item", MUST, ITEM_TEXT), TEXT("type", MUST, 1, NAME_SIZE_MAX, "As docs/messages.md."),   \
        IDENTIFIER("provider", MUST, "The party that gave it and decides about its use."),         \
        IDENTIFIER("agreement", MUST, NULL),                                                       \
        TEXT("reference", MUST, 1, REFERENCE_SIZE_MAX, "Of its provider."),                        \
        TIME("created", MUST, NULL), CODES(MUST),                                                  \
        TEXTS("consents", MUST, 0, ONWARD_CONSENT_COUNT, REFERENCE_SIZE_MAX,                       \
              "Under which it goes on."),                                                          \
        ANY("content", MUST, "As docs/messages.md has it under `type`."),                          \
        LIST("items", MUST, PART_COUNT_MAX, passed_items, "What travelled in parts.")
static const struct shape_field forwarded_fields[] = {
    CHOICE("format", MUST, handover_formats, NULL),
    IDENTIFIER("authority", MUST, "To whom it is passed on."),
    CHOICE("use", MAY, onward_use_names, "What for."),
    PASSED_ON,
};
const struct shape shape_forwarded =
    SHAPE("forwarded", "An item as it is passed on.", forwarded_fields);

#define RECIPIENT                                                                                  \
    CHOICE("channel", MUST, foreign_channel_names, "Into which it is typed."),                     \
        TEXT("recipient", MUST, 1, AUTHORITY_SIZE_MAX, "Who stands at its end."),                  \
        CHOICE("recipient_kind", MUST, recipient_kind_names, "What that is.")
#define GROUND                                                                                     \
    CHOICE("ground", MAY, transfer_ground_names_said,                                              \
           "Of the transfer, where it leaves the Union."),                                         \
        TEXT("instrument", MAY, 1, TRANSFER_TEXT_SIZE_MAX, "With the ground."),                    \
        TEXT("article", MAY, 1, TRANSFER_TEXT_SIZE_MAX, "With the ground."),                       \
        TEXT("ground_reason", MAY, 1, EXPORT_GROUND_REASON_SIZE_MAX, "Under Article 38.")
static const struct shape_field export_fields[] = {
    RECIPIENT,
    TEXT("reference", MUST, 1, REFERENCE_SIZE_MAX, "Of the matter in that channel."),
    BOOLEAN("within_union", MAY, "True: it goes to an authority or agency of the Union."),
    GROUND,
    BOOLEAN("no_death_penalty", MAY, "Declared, where it leaves the Union."),
    CONSENTS,
};
const struct shape shape_export =
    SHAPE("export_arguments", "Where an item goes as a file.", export_fields);
static const struct shape_field exported_fields[] = {
    CHOICE("format", MUST, handover_formats, NULL),
    RECIPIENT,
    TEXT("channel_reference", MUST, 1, REFERENCE_SIZE_MAX, "Of the matter in that channel."),
    BOOLEAN("within_union", MUST, NULL),
    GROUND,
    PASSED_ON,
};
const struct shape shape_exported =
    SHAPE("exported", "An item as a file for another channel.", exported_fields);

/* --- one item --- */

static const struct shape_field receipt_fields[] = {
    COUNT("index", MUST, "Of the entry in its log."),
    COUNT("size", MUST, "Of the log that was cosigned."),
    TIME("time", MUST, "When; it starts the deadline on both nodes."),
    IDENTIFIER("by", MUST, "The party that cosigned."),
};
static const struct shape receipt =
    SHAPE("receipt", "The custody cosignature over it.", receipt_fields);
static const struct shape *const receipts[] = {&receipt};

static const struct shape_field notice_fields[] = {
    TEXT("what", MUST, 1, NAME_SIZE_MAX, "The type of the notice."),
    TEXT("unit", MUST, 0, NAME_SIZE_MAX, NULL),
    TIME("at", MUST, NULL),
};
static const struct shape notice = SHAPE("notice", "Opened, assigned and the like.", notice_fields);

static const char *const answer_words[] = {"answer"};
static const struct shape_field answered_fields[] = {
    CHOICE("what", MUST, answer_words, NULL),
    CHOICE("outcome", MAY, answer_outcome_names, "Absent once the answer is erased here."),
    TEXT("grounds", MAY, 1, WORDS_MAX, "Of a refusal."),
    UUID("item", MUST, "The id of the answer."),
    TIME("at", MUST, NULL),
    BOOLEAN(
        "counts", MUST,
        "False: its receiver refused or holds it, or its writer withdrew it: the request waits."),
    BOOLEAN("further", MUST, "It adds to an earlier answer that counts, or mends it."),
};
static const struct shape answered = SHAPE("answer_given", "An answer to it.", answered_fields);

static const struct shape_field said_fields[] = {
    TEXT("what", MUST, 1, NAME_SIZE_MAX, "The type of the message."),
    IDENTIFIER("by", MUST, "The party that said it."),
    UUID("item", MUST, "The id of the message."),
    TIME("at", MUST,
         "Custody by the other side, from which it counts; before that, when it was written."),
    BOOLEAN("received", MUST, "It is in the other side's custody."),
    BOOLEAN("counts", MUST, "The other side did not refuse it."),
};
static const struct shape said =
    SHAPE("limit_said", "What moves or suspends the time limit.", said_fields);
static const struct shape *const timeline[] = {&notice, &answered, &said};

static const struct shape_field local_fields[] = {
    IDENTIFIER("party", MUST, NULL),
    TEXT("time_zone", MUST, 1, NAME_SIZE_MAX, NULL),
    TEXT("time", MUST, 16, 16, "Local time, to the minute."),
};
static const struct shape local = SHAPE("local_time", "A time on a party's clock.", local_fields);
static const struct shape *const locals[] = {&local};

static const char *const part_kinds[] = {"item", "attachment"};
static const char *const part_states[] = {"wanted", "held", "erased", "lost"};
static const struct shape_field part_fields[] = {
    INTEGER("part", MUST, 1, UINT16_MAX, NULL),
    COUNT("size", MUST, "Bytes."),
    HEX("sha256", MUST, SHA256_SIZE, NULL),
    CHOICE("kind", MUST, part_kinds, NULL),
    CHOICE("here", MUST, part_states, NULL),
    ANY("content", MAY, "Of an item that is given: as docs/messages.md has it under item."),
};
static const struct shape part_row = SHAPE("part_row", "A part of a message.", part_fields);
static const struct shape *const parts[] = {&part_row};

static const char *const body_states[] = {"none", "held", "withdrawn", "erased", "lost"};
static const struct shape_field item_fields[] = {
    UUID("item", MUST, ITEM_TEXT),
    TEXT("log", MUST, 1, ORIGIN_SIZE_MAX, LOG_TEXT),
    TEXT("type", MUST, 1, NAME_SIZE_MAX, "As docs/messages.md names it."),
    TIME("created", MUST, NULL),
    NOT_MET,
    OBJECT("receipt", MAY, receipts, NULL),
    TIME("due", MAY, "When its answer is; absent while suspended."),
    CHOICE("due_row", MAY, deadline_row_names, "Which limit runs."),
    TIME("suspended_since", MAY, "A question about it is open: no time runs."),
    INTEGER("minutes_left_then", MAY, 0, JSON_INTEGER_MAX, "From the reply on, while suspended."),
    TIME("delayed_to", MAY, "The answer waits for a judicial authorisation; expected until then."),
    LIST("due_local", MAY, 2, locals,
         "By the clocks of both parties, if the agreement holds them."),
    CHOICE("partner_says", MAY, result_words, "What the partner's node did with it."),
    TEXT("partner_ground", MAY, 1, WORDS_MAX, "Why it did not accept it."),
    TIME("erased_from", MAY, "The day from which the first of it goes."),
    LIST("timeline", MUST, TIMELINE_MAX, timeline, NULL),
    OBJECT("rights", MAY, shape_rights_of_request, "Of a flagged request; at home alone."),
    OBJECT("codes", MAY, shape_codes_of_item,
           "Of it and of everything in it; absent: it bears none, or is not here."),
    COUNT("attachments", MAY, NULL),
    COUNT("attachments_held_by_receiver", MAY, NULL),
    LIST("parts", MAY, PART_COUNT_MAX, parts, NULL),
    CHOICE("body_state", MUST, body_states, NULL),
    ANY("body", MAY,
        "As docs/messages.md has it under `type`; one that was refused as malformed, as it came."),
};
const struct shape shape_item =
    SHAPE("item_shown", "One message with all that is known of it.", item_fields);
