/* Shapes of the night: who is on call, and what was sent by one officer alone. */
#include "desk/desk.h"
#include "desk/duty.h"
#include "desk/rights_names.h"
#include "desk/statistics.h"
#include "web/shape_codes.h"
#include "web/shape_rows.h"

/* --- who is on call --- */

static const struct shape_field turn_put_fields[] = {
    IDENTIFIER("officer", MUST, "One whose role approves messages."),
    TIME("from", MUST, NULL),
    TIME("until", MUST, "At most seven days on."),
    TEXT("telephone", MUST, 3, ON_CALL_TELEPHONE_MAX, "Of duty, not of a home."),
};
const struct shape shape_turn_put = SHAPE("on_call_arguments", "A turn on call.", turn_put_fields);

static const struct shape_field turn_fields[] = {
    INTEGER("turn", MUST, 1, JSON_INTEGER_MAX, NULL),
    IDENTIFIER("officer", MUST, NULL),
    TIME("from", MUST, NULL),
    TIME("until", MUST, NULL),
    TEXT("telephone", MUST, 3, ON_CALL_TELEPHONE_MAX, NULL),
    BOOLEAN("now", MUST, "True: on call now."),
    IDENTIFIER("put_by", MUST, "Who entered it."),
};
const struct shape shape_turn = SHAPE("on_call_row", "A turn on call.", turn_fields);
static const struct shape *const turns[] = {&shape_turn};
static const struct shape_field turns_fields[] = {
    LIST("list", MUST, ON_CALL_COUNT_MAX, turns, NULL), NEXT};
const struct shape shape_turns = SHAPE("on_call", "Who is on call, now and next.", turns_fields);

/* --- emergencies --- */

static const char *const outcomes[] = {"confirmed", "questioned"};
static const struct shape_field review_fields[] = {
    CHOICE("review", MUST, outcomes, "X-Besa-Reason is kept as the reason."),
};
const struct shape shape_emergency_review =
    SHAPE("emergency_review_arguments", "What the second officer finds.", review_fields);

static const struct shape_field emergency_fields[] = {
    UUID("item", MUST, "The id of the answer."),
    IDENTIFIER("partner", MUST, NULL),
    TEXT("ground", MUST, 1, NAME_SIZE_MAX, "Of the request's urgency."),
    IDENTIFIER("officer", MUST, "Who sent it alone."),
    TEXT("case", MAY, 1, NAME_SIZE_MAX, "When the reader may see it."),
    IDENTIFIER("ask_unit", MAY, "Who keeps the case, when it is restricted."),
    TIME("sent", MUST, NULL),
    TIME("review_until", MUST, NULL),
    CHOICE("review", MUST, emergency_review_names, NULL),
    INTEGER("minutes_left", MAY, -JSON_INTEGER_MAX, JSON_INTEGER_MAX, "Below 0: overdue."),
    IDENTIFIER("reviewed_by", MAY, NULL),
    TIME("reviewed", MAY, NULL),
    TEXT("why", MAY, 1, DESK_REASON_SIZE_MAX, "Of whoever reviewed it."),
};
const struct shape shape_emergency =
    SHAPE("emergency", "An answer that one officer sent alone.", emergency_fields);
static const struct shape *const emergencies[] = {&shape_emergency};
static const struct shape_field emergencies_fields[] = {
    LIST("list", MUST, DESK_LIST_MAX, emergencies, NULL), NEXT};
const struct shape shape_emergencies =
    SHAPE("emergencies", "What was sent alone.", emergencies_fields);

/* --- requests that may be of ground j --- */

static const struct shape_field decision_fields[] = {
    CHOICE("decision", MUST, rights_decision_names, "X-Besa-Reason is kept as the reason."),
};
const struct shape shape_rights_decision =
    SHAPE("rights_decision_arguments", "What is decided on a flagged request.", decision_fields);

#define RIGHTS                                                                                     \
    CHOICE("state", MUST, rights_state_names, NULL), TIME("flagged", MUST, NULL),                  \
        IDENTIFIER("flagged_by", MAY, "Absent: the request is erased."),                           \
        TEXT("flag_reason", MAY, 1, DESK_REASON_SIZE_MAX, NULL), TIME("decided", MAY, NULL),       \
        IDENTIFIER("decided_by", MAY, NULL), TEXT("why", MAY, 1, DESK_REASON_SIZE_MAX, NULL)
static const struct shape_field rights_item_fields[] = {RIGHTS};
static const struct shape rights_item = SHAPE(
    "rights_of_request", "That it may be of ground j, and what was decided.", rights_item_fields);
const struct shape *const shape_rights_of_request[1] = {&rights_item};

#define FLAGGED                                                                                    \
    UUID("item", MUST, "The id of the request."), IDENTIFIER("partner", MUST, NULL), RIGHTS
static const struct shape_field rights_fields[] = {
    FLAGGED, COUNT("answers", MUST, "That were sent already; what one gave can be recalled.")};
const struct shape shape_rights = SHAPE("rights", "A flagged request.", rights_fields);
static const struct shape_field flag_fields[] = {FLAGGED};
static const struct shape flag_row = SHAPE("rights_row", "A flagged request.", flag_fields);
static const struct shape *const flag_rows[] = {&flag_row};
static const struct shape_field flags_fields[] = {
    LIST("list", MUST, DESK_LIST_MAX, flag_rows, NULL), NEXT};
const struct shape shape_rights_flags =
    SHAPE("rights_flags", "Flagged requests, the oldest first.", flags_fields);
/* --- broken glass --- */

static const struct shape_field glass_open_fields[] = {
    IDENTIFIER("agreement", MAY, "Whose items are read; absent: the only one."),
};
const struct shape shape_glass_open =
    SHAPE("glass_arguments", "X-Besa-Reason is kept as the reason.", glass_open_fields);

const struct shape shape_glass_review =
    SHAPE("glass_review_arguments", "What the reviewer finds.", review_fields);

static const struct shape_field glass_fields[] = {
    INTEGER("glass", MUST, 1, JSON_INTEGER_MAX, "Its number; each read names it."),
    TEXT("case", MAY, 1, NAME_SIZE_MAX, "When the reader may see it."),
    IDENTIFIER("ask_unit", MAY, "Who keeps the case."),
    IDENTIFIER("agreement", MUST, "Whose items are read."),
    IDENTIFIER("officer", MUST, "Who opened it."),
    IDENTIFIER("second", MAY, "Who allowed another one within 30 days."),
    TEXT("reason", MUST, 1, DESK_REASON_SIZE_MAX, NULL),
    TIME("made", MUST, NULL),
    TIME("until", MUST, "It ends by itself."),
    CHOICE("review", MUST, glass_review_names, NULL),
    IDENTIFIER("reviewed_by", MAY, NULL),
    TIME("reviewed", MAY, NULL),
    TEXT("why", MAY, 1, DESK_REASON_SIZE_MAX, "Of whoever reviewed it."),
};
const struct shape shape_glass =
    SHAPE("glass", "A restricted case that was opened for reading.", glass_fields);
static const struct shape *const glasses[] = {&shape_glass};
static const struct shape_field glasses_fields[] = {
    LIST("list", MUST, DESK_LIST_MAX, glasses, NULL), NEXT};
const struct shape shape_glasses =
    SHAPE("glasses", "Restricted cases that were opened.", glasses_fields);

/* --- the counts of a year --- */

static const char *const directions[] = {"received", "sent"};
static const struct shape_field statistic_fields[] = {
    IDENTIFIER("agreement", MUST, NULL),
    IDENTIFIER("partner", MUST, NULL),
    CHOICE("direction", MUST, directions, "Of the requests: received from the partner, or sent."),
    TEXT("figure", MUST, 1, NAME_SIZE_MAX, "What is counted."),
    TEXT("of", MAY, 1, NAME_SIZE_MAX, "Of which class, ground or type."),
    COUNT("value", MUST, "How many, or how many minutes."),
};
static const struct shape statistic =
    SHAPE("statistic", "One line of the table.", statistic_fields);
static const struct shape *const statistics[] = {&statistic};
static const struct shape_field statistics_fields[] = {
    TEXT("heading", MUST, 1, 400, "What the table is, and what it is not."),
    INTEGER("year", MUST, STATISTICS_YEAR_MIN, STATISTICS_YEAR_MAX, NULL),
    LIST("list", MUST, STATISTICS_ROW_MAX, statistics, NULL),
};
const struct shape shape_statistics =
    SHAPE("statistics", "The counts of a calendar year.", statistics_fields);
