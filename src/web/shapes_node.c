/* Shapes of the node: agreements, retention, status, problems, the document itself, and what stands in paths and queries. */
#include "desk/statistics.h"
#include "desk/approval.h"
#include "desk/own_dates.h"
#include "desk/retention.h"
#include "desk/roles.h"
#include "desk/spoc.h"
#include "message/act.h"
#include "message/part.h"
#include "message/suspension.h"
#include "web/shape_codes.h"
#include "web/shape_rows.h"

#define WORDS_MAX 512

/* --- agreements --- */

static const struct shape_field agreement_fields[] = {
    IDENTIFIER("agreement", MUST, NULL),
    IDENTIFIER("partner", MUST, NULL),
    INTEGER("version", MUST, 1, JSON_INTEGER_MAX, "In force."),
    BOOLEAN("suspended", MUST, "By either party."),
    BOOLEAN("suspended_by_us", MUST, NULL),
    BOOLEAN("suspended_by_partner", MUST, NULL),
    BOOLEAN("terminated", MUST, "By either party."),
    TIME("ends", MUST,
         "Nothing new passes from then on: the day of the termination, or the end of the period."),
    BOOLEAN("ended", MUST, "That time has come."),
};
static const struct shape agreement =
    SHAPE("agreement_row", "An agreement and how it stands.", agreement_fields);
static const struct shape *const agreements[] = {&agreement};
static const struct shape_field agreements_fields[] = {
    LIST("list", MUST, DESK_LIST_MAX, agreements, NULL), NEXT};
const struct shape shape_agreements =
    SHAPE("agreements", "A page of agreements.", agreements_fields);

static const struct shape_field suspension_fields[] = {IDENTIFIER("agreement", MUST, NULL),
                                                       BOOLEAN("suspended", MUST, "By us.")};
const struct shape shape_suspension =
    SHAPE("agreement_suspension", "Whether it is suspended by us.", suspension_fields);

static const char *const resume_words[] = {"level", "behind: two officers order the resume",
                                           "ordered: the partner is asked",
                                           "resumed: the log needs a successor"};
static const struct shape_field resume_fields[] = {
    IDENTIFIER("agreement", MUST, NULL),
    IDENTIFIER("partner", MUST, NULL),
    CHOICE("state", MUST, resume_words, NULL),
    COUNT("own_entries", MUST, NULL),
    COUNT("own_entries_wanted", MUST, NULL),
    COUNT("partner_entries", MUST, NULL),
    COUNT("partner_entries_wanted", MUST, NULL),
    COUNT("own_entries_back", MAY, NULL),
    COUNT("partner_entries_back", MAY, NULL),
    COUNT("receipts_back", MAY, NULL),
    COUNT("bodies_back", MAY, NULL),
    COUNT("agreement_versions_back", MAY, NULL),
    COUNT("lost_bodies", MAY, NULL),
    COUNT("lost_parts", MAY, NULL),
    TEXT("lost_without_count", MAY, 1, WORDS_MAX, NULL),
    COUNT("lost_domestic_entries", MAY, NULL),
    TIME("partner_may_resume_until", MAY, NULL),
};
const struct shape shape_resume =
    SHAPE("resume_state", "How far the books are behind what the partner holds.", resume_fields);

/* --- retention --- */

static const struct shape_field hold_put_fields[] = {
    CHOICE("hold", MUST, hold_ground_names, "Why."),
    DATE("until", MAY, "The last day; only what exculpates a person may do without."),
};
const struct shape shape_hold_put = SHAPE("hold_arguments", "Why an item stays.", hold_put_fields);

static const struct shape_field hold_fields[] = {
    UUID("item", MUST, NULL),
    BOOLEAN("on_hold", MUST, NULL),
    CHOICE("for", MAY, hold_ground_names, NULL),
    TIME("until", MAY, NULL),
};
const struct shape shape_hold = SHAPE("item_hold", "Whether an item is on hold.", hold_fields);

static const struct shape_field due_fields[] = {
    IDENTIFIER("agreement", MUST, NULL),
    COUNT("due", MUST, "Goes at the next pass."),
    COUNT("on_hold", MUST, NULL),
    COUNT("undelivered", MUST, NULL),
    COUNT("log_closed", MUST, NULL),
    BOOLEAN("and_more", MAY, "Not all were counted."),
    COUNT("due_within_30_days", MUST, NULL),
    COUNT("heads_kept_days", MUST, "Heads of the logs with this partner, after custody."),
    TIME("due_since", MAY, "The day of the first."),
    TIME("agreement_ends", MAY, NULL),
    TIME("all_erased_from", MAY, NULL),
};
static const struct shape due_row =
    SHAPE("retention_row", "What is due of an agreement.", due_fields);
static const struct shape *const due_rows[] = {&due_row};
static const struct shape_field acts_fields[] = {
    COUNT("kept_days", MUST, "0: no agreement says so yet."),
    TIME("oldest", MAY, "Of those that can be read."),
    COUNT("on_hold", MUST, "Beyond their time, kept by holds."),
    BOOLEAN("due", MUST, "The next pass takes some."),
};
static const struct shape acts_row =
    SHAPE("retention_acts", "Access entries of this node.", acts_fields);
static const struct shape *const acts_rows[] = {&acts_row};
static const struct shape_field own_due_fields[] = {
    COUNT("due", MUST, "Goes at the next pass; 1000 stands for more, here and below."),
    COUNT("due_within_30_days", MUST, NULL),
    COUNT("for_review", MUST, "An officer is to look whether they are kept."),
};
static const struct shape own_due =
    SHAPE("retention_own_index", "People of the own index.", own_due_fields);
static const struct shape *const own_dues[] = {&own_due};
static const struct shape_field retention_fields[] = {
    TIME("clock", MUST, "Of this node."),
    TIME("clock_confirmed", MUST, "The last time that somebody else told."),
    BOOLEAN("clock_is_trusted", MUST, "False: nothing is erased until it is."),
    LIST("agreements", MUST, PARTNER_COUNT_MAX, due_rows, NULL),
    OBJECT("access_entries", MUST, acts_rows, NULL),
    OBJECT("own_index", MUST, own_dues, NULL),
};
const struct shape shape_retention =
    SHAPE("retention", "What is due, and whether the clock is trusted.", retention_fields);

static const char *const wait_words[] = {"goes", "on_hold", "undelivered", "log_closed"};
_Static_assert(ARRAY_COUNT(wait_words) == RETENTION_WAIT_COUNT, "one for each");
static const struct shape_field due_item_fields[] = {
    UUID("item", MUST, NULL),
    INTEGER("part", MAY, 1, UINT16_MAX, "Absent: the body."),
    IDENTIFIER("agreement", MUST, NULL),
    TEXT("class", MUST, 1, NAME_SIZE_MAX,
         "Of its retention: request, text, or the person's category."),
    TIME("due", MUST, NULL),
    CHOICE("state", MUST, wait_words, "What happens to it, or what is in the way."),
};
static const struct shape due_item =
    SHAPE("retention_item", "What goes, and when.", due_item_fields);
static const struct shape *const due_items[] = {&due_item};
static const struct shape_field due_items_fields[] = {
    BOOLEAN("and_more", MUST,
            "More than can be sorted: the pages go by agreement and class, not by day."),
    LIST("list", MUST, DESK_LIST_MAX, due_items, NULL), NEXT};
const struct shape shape_retention_items =
    SHAPE("retention_items", "A page of what goes, the nearest first, where it can be sorted.",
          due_items_fields);

static const struct shape_field acts_hold_fields[] = {
    IDENTIFIER("about_officer", MAY, "Whose acts; who approved one counts as well."),
    UUID("about_item", MAY, "Acts upon this message."),
    TEXT("about_case", MAY, 1, ACT_CASE_SIZE_MAX, "Acts in this case."),
    DATE("from", MAY, "The first day of the acts."),
    DATE("to", MAY, "The last day of the acts."),
    DATE("until", MUST, "The day on which the hold ends; within a year."),
};
const struct shape shape_acts_hold_put = SHAPE(
    "acts_hold_arguments", "Which access entries are kept, and until when.", acts_hold_fields);

#define ACTS_HOLD                                                                                  \
    INTEGER("hold", MUST, 1, JSON_INTEGER_MAX, NULL), IDENTIFIER("about_officer", MAY, NULL),      \
        UUID("about_item", MAY, NULL), TEXT("about_case", MAY, 1, ACT_CASE_SIZE_MAX, NULL),        \
        TIME("from", MAY, NULL), TIME("before", MAY, NULL), IDENTIFIER("ordered_by", MUST, NULL),  \
        CHOICE("role", MUST, role_names, "In which it was ordered."),                              \
        TEXT("case", MAY, 1, NAME_SIZE_MAX, NULL),                                                 \
        TEXT("reason", MUST, 1, DESK_REASON_SIZE_MAX, NULL), TIME("made", MUST, NULL),             \
        TIME("until", MAY, "Absent: it is released."), BOOLEAN("is_over", MUST, NULL),             \
        COUNT("keeps", MUST, "Entries beyond their time that stand for it.")
static const struct shape_field acts_held_fields[] = {ACTS_HOLD};
const struct shape shape_acts_hold =
    SHAPE("acts_hold", "A hold over access entries.", acts_held_fields);
static const struct shape *const acts_hold_rows[] = {&shape_acts_hold};
static const struct shape_field acts_holds_fields[] = {
    LIST("list", MUST, DESK_LIST_MAX, acts_hold_rows, NULL), NEXT};
const struct shape shape_acts_holds =
    SHAPE("acts_holds", "A page of holds over access entries.", acts_holds_fields);

/* --- status --- */

static const struct shape_field sandbox_fields[] = {
    COUNT("landlock", MUST, "Of the kernel; 0: none."),
    BOOLEAN("files", MUST, NULL),
    BOOLEAN("network", MUST, NULL),
    BOOLEAN("seccomp", MUST, NULL),
};
static const struct shape sandbox =
    SHAPE("status_sandbox", "What the process is kept from.", sandbox_fields);
static const struct shape *const sandboxes[] = {&sandbox};

static const char *const partner_words[] = {"suspended by us", "suspended by them",
                                            "no node runs",    "reachable by its pulls",
                                            "reachable",       "not reachable"};
static const struct shape_field partner_fields[] = {
    IDENTIFIER("partner", MUST, NULL),
    IDENTIFIER("agreement", MUST, NULL),
    INTEGER("version", MUST, 1, JSON_INTEGER_MAX, "Of the agreement."),
    CHOICE("state", MUST, partner_words, NULL),
    TIME("ends", MUST, "Nothing new passes from then on; receipts and erasures do."),
    BOOLEAN("ended", MUST, NULL),
    BOOLEAN("met_since_start", MUST, "It showed what it holds: our books are not older."),
    INTEGER("protocol", MAY, 1, UINT16_MAX, "The one spoken."),
    COUNT("failures", MUST, "Calls in a row that did not come through."),
    COUNT("waiting", MUST, "Messages not numbered yet."),
    COUNT("without_receipt", MUST, NULL),
    COUNT("unhandled", MUST, NULL),
    COUNT("held", MUST, "Received, and not to be handled by this program."),
    COUNT("unread", MUST, "Of them, those in a type that only an upgrade reads."),
    TIME("unread_erased_on", MAY, "When the first of these goes unread."),
    TIME("last_receipt", MAY, NULL),
    INTEGER("clock_ahead_ms", MAY, -JSON_INTEGER_MAX, JSON_INTEGER_MAX,
            "Of the partner, over ours."),
};
static const struct shape partner =
    SHAPE("status_partner", "A partner and the line to it.", partner_fields);
static const struct shape *const partners[] = {&partner};

static const char *const log_kinds[] = {"domestic", "outgoing", "mirror"};
static const char *const log_words[] = {"read-only", "waits for a fresh receipt",
                                        "behind the keeper", "open"};
static const struct shape_field log_fields[] = {
    TEXT("log", MUST, 1, ORIGIN_SIZE_MAX, NULL),
    CHOICE("kind", MUST, log_kinds, NULL),
    COUNT("size", MUST, "Entries."),
    COUNT("signed", MUST, NULL),
    COUNT("cosigned", MUST, NULL),
    CHOICE("state", MUST, log_words, NULL),
};
static const struct shape log_row = SHAPE("status_log", "A log.", log_fields);
static const struct shape *const logs[] = {&log_row};

static const char *const key_names[] = {
    "log",       "custody", "witness",  "sealing",     "master",
    "psk",       "tls",     "desk-tls", "institution", "partner-institution",
    "passphrase"};
static const char *const key_words[] = {"notice", "ends soon", "ends now", "ended", "missing"};
static const struct shape_field key_fields[] = {
    CHOICE("key", MUST, key_names, "As docs/keys.md names it."),
    IDENTIFIER("partner", MAY, "Absent: our own."),
    CHOICE("level", MUST, key_words, "How near its end is."),
    TIME("ends", MAY, "Absent: it is missing, or cannot be read."),
    TEXT("text", MUST, 1, WORDS_MAX, "In words."),
    TEXT("next", MUST, 1, WORDS_MAX, "What renews it."),
};
static const struct shape key_row = SHAPE("status_key", "A key that warns.", key_fields);
static const struct shape *const key_rows[] = {&key_row};

static const char *const databases[] = {"sqlite", "postgres"};
static const struct shape_field status_fields[] = {
    IDENTIFIER("party", MUST, NULL),
    BOOLEAN("running", MUST, NULL),
    BOOLEAN("training", MUST, NULL),
    TEXT("software", MUST, 1, NAME_SIZE_MAX, "Its version."),
    TIME("since", MAY, NULL),
    COUNT("ended_unasked", MAY, "Ends of a process of the node that nobody asked for."),
    TIME("last_end", MAY, NULL),
    TEXT("last_end_how", MAY, 1, WORDS_MAX, NULL),
    INTEGER("partner_port", MAY, 1, UINT16_MAX, NULL),
    INTEGER("desk_port", MAY, 1, UINT16_MAX, NULL),
    CHOICE("database", MUST, databases, NULL),
    COUNT("schema", MUST, NULL),
    TEXT("keeper", MUST, 1, WORDS_MAX, NULL),
    TEXT("institution", MUST, 1, WORDS_MAX, NULL),
    TEXT("sandbox", MUST, 1, WORDS_MAX, "In words."),
    OBJECT("sandbox_level", MAY, sandboxes, NULL),
    TEXTS("alarms", MUST, 0, 1024, 1024, "What a person must look at."),
    LIST("keys", MAY, 2 * PARTNER_COUNT_MAX + ARRAY_COUNT(key_names), key_rows,
         "Keys and certificates that end or are missing, from the first warning on; for whoever "
         "may ask the doctor."),
    LIST("partners", MUST, PARTNER_COUNT_MAX, partners, NULL),
    LIST("logs", MUST, 2 * PARTNER_COUNT_MAX + 1, logs, NULL),
};
const struct shape shape_status = SHAPE("status", "How the node stands.", status_fields);

/* --- what goes wrong, and the document --- */

static const struct shape_field problem_field_fields[] = {
    TEXT("field", MUST, 0, WORDS_MAX, "Its JSON pointer (RFC 6901); empty: the whole."),
    TEXT("kind", MUST, 1, NAME_SIZE_MAX, "As in the problem."),
    TEXT("text", MUST, 1, WORDS_MAX, NULL),
};
static const struct shape problem_field =
    SHAPE("problem_field", "A field that was wrong.", problem_field_fields);
static const struct shape *const problem_fields[] = {&problem_field};
static const struct shape_field problem_rows[] = {
    TEXT("type", MUST, 1, WORDS_MAX, "A URI; about:blank: the status says it."),
    TEXT("title", MUST, 1, WORDS_MAX, NULL),
    INTEGER("status", MUST, 400, 599, "Of the answer."),
    TEXT("kind", MUST, 1, NAME_SIZE_MAX,
         "What can be done: input (correct it), rule, missing, busy and so on."),
    TEXT("detail", MUST, 0, ERROR_TEXT_SIZE, "With object, clause and value; no personal data."),
    LIST("problems", MUST, PROBLEM_COUNT_MAX, problem_fields, "Each field that was wrong."),
};
const struct shape shape_problem =
    SHAPE("problem", "RFC 9457, with each field that was wrong.", problem_rows);

static const struct shape_field document_fields[] = {
    TEXT("openapi", MUST, 1, NAME_SIZE_MAX, NULL),
    ANY("info", MUST, NULL),
    ANY("paths", MUST, NULL),
    ANY("components", MUST, NULL),
};
const struct shape shape_document =
    SHAPE("openapi", "This document, as OpenAPI 3.1 has it.", document_fields);

/* --- paths and queries --- */

static const char *const elsewhere_words[] = {"no", "yes"};
static const char *const queue_states[] = {"open", "closed",   "overdue",
                                           "soon", "answered", "overdue_authorisation"};
static const char *const tried_types[] = {"request", "answer", "spontaneous"};
static const struct shape_field parameter_fields[] = {
    UUID("item", MUST, "The message."),
    INTEGER("part", MUST, 1, UINT16_MAX, "The part of the message."),
    INTEGER("person", MUST, 1, JSON_INTEGER_MAX, "The person, of the own index or of the case."),
    INTEGER("task", MUST, 1, JSON_INTEGER_MAX, "The task of the case."),
    INTEGER("register", MUST, 1, JSON_INTEGER_MAX, "What is registered."),
    INTEGER("handover", MUST, 1, JSON_INTEGER_MAX, "The hand-over."),
    INTEGER("hold", MUST, 1, JSON_INTEGER_MAX, "The hold over access entries."),
    BOOLEAN("shielded", MUST, "True: the person is shown in this case alone."),
    CHOICE(
        "elsewhere", MUST, elsewhere_words,
        "Was it sent over another channel already? yes: foreign_references names it; an exercise "
        "may leave it out."),
    CHOICE(
        "state", MUST, queue_states,
        "Of a case: open or closed; of a request: open, and of those overdue or soon; or answered. "
        "Absent: all."),
    BOOLEAN("urgent", MUST, "True: urgent ones; false: others."),
    BOOLEAN("training", MUST, "True: of exercises; false: others."),
    CHOICE("copy_exemption", MUST, copy_exemption_names,
           "Why the own Single Point of Contact gets no copy of what a designated authority sends; "
           "absent: it gets one."),
    CHOICE("transfer_ground", MUST, transfer_ground_names_said,
           "Confirms the ground that the agreement proposes (agreements/{id}/trial): it becomes "
           "that of the whole message, which names none. Never of Article 38."),
    BOOLEAN("unassigned", MUST, "True: given to no unit yet."),
    IDENTIFIER("unit", MUST, "The unit."),
    IDENTIFIER("officer", MUST, "The officer."),
    CHOICE("purpose", MUST, purpose_names, "What it serves."),
    HEX("approval", MUST, APPROVAL_ID_SIZE, "The draft."),
    BOOLEAN("all", MUST, "True: reviewed, or decided, ones too."),
    INTEGER("turn", MUST, 1, JSON_INTEGER_MAX, "The turn on call."),
    INTEGER("glass", MUST, 1, JSON_INTEGER_MAX, "The opening of a restricted case."),
    INTEGER("year", MUST, STATISTICS_YEAR_MIN, STATISTICS_YEAR_MAX, "The calendar year, UTC."),
    IDENTIFIER("id", MUST, "The officer."),
    TEXT("number", MUST, 1, NAME_SIZE_MAX, "The case."),
    IDENTIFIER("agreement", MUST,
               "The agreement; in a query it may lack where there is one alone."),
    INTEGER("limit", MUST, 1, DESK_LIST_MAX, "Rows of a page."),
    TEXT("after", MUST, 1, 128, "`next` of the page before."),
    INTEGER("days", MUST, 0, 36600, "Ahead; absent: what is due now."),
    CHOICE("date", MUST, own_date_names, "Which day; absent: review."),
    TEXT("name", MUST, 1, ATTACHMENT_NAME_SIZE_MAX, "Of the file."),
    TEXT("attachments", MUST, 1, 33 * ATTACHMENT_COUNT_MAX, "Ids of uploads, with commas between."),
    TEXT("true_grounds", MUST, 1, 128,
         "Exactly with a refusal under_agreement: why in truth, codes with commas between; for the "
         "domestic log alone."),
    IDENTIFIER("partner", MUST, "The partner."),
    CHOICE("suspension_reason", MUST, suspension_reason_names, "Absent: other."),
    BOOLEAN("own", MUST, "True: our own; absent: the partner's."),
    CHOICE("type", MUST, tried_types, "Of the message; absent: whose form it has."),
    BOOLEAN("receive", MUST, "True: as if the partner had sent it."),
    TEXT(
        "approver", MUST, 1, NAME_SIZE_MAX,
        "The second officer who is asked, * for any who may; answered 202, and the act waits for "
        "their confirmation (/api/v1/approvals). Where nobody does the act alone, none named is any "
        "who may."),
};
const struct shape shape_parameters =
    SHAPE("parameters", "What stands in paths and queries.", parameter_fields);
