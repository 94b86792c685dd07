/* Shapes of the office: log-in, officers, sessions, drafts that wait for a second officer. */
#include "desk/approval.h"
#include "desk/duty.h"
#include "desk/login.h"
#include "desk/roles.h"
#include "web/shape_rows.h"

#define HALF_SIZE   19 /* four groups of four letters */
#define CLIENT_SIZE 64

/* --- log-in --- */

static const struct shape_field login_fields[] = {
    TEXT("officer", MUST, 1, NAME_SIZE_MAX, NULL),
    TEXT("password", MUST, 1, LOGIN_PASSWORD_SIZE_MAX, NULL),
};
const struct shape shape_login = SHAPE("login_arguments", "Who wants in.", login_fields);

static const struct shape_field password_fields[] = {
    TEXT("old", MUST, 1, LOGIN_PASSWORD_SIZE_MAX, NULL),
    TEXT("new", MUST, LOGIN_PASSWORD_SIZE_MIN, LOGIN_PASSWORD_SIZE_MAX, "Not the old one."),
};
const struct shape shape_password =
    SHAPE("password_arguments", "One's own password, old and new.", password_fields);

static const struct shape_field proof_fields[] = {
    TEXT("password", MUST, 1, LOGIN_PASSWORD_SIZE_MAX, NULL),
};
const struct shape shape_proof = SHAPE("proof_arguments", "One's own password.", proof_fields);

static const struct shape_field session_fields[] = {
    IDENTIFIER("party", MUST, "Of this node."),
    IDENTIFIER("officer", MUST, NULL),
    TEXT("name", MUST, 1, OFFICER_NAME_SIZE_MAX, NULL),
    IDENTIFIER("unit", MUST, NULL),
    CHOICE("role", MUST, role_names, NULL),
    HEX("csrf", MUST, LOGIN_CSRF_SIZE, "Every change bears it as X-Besa-CSRF."),
    TIME("until", MUST, "When the session ends if nothing more is done."),
    TIME("ends", MUST, "When it ends whatever is done."),
    BOOLEAN("must_change", MAY, "True: a one-time password; it is good for setting one's own."),
    TIME("password_set", MAY, NULL),
    IDENTIFIER("password_set_by", MAY, NULL),
    IDENTIFIER("password_confirmed_by", MAY, NULL),
};
const struct shape shape_session = SHAPE("session", "Who is logged in.", session_fields);

/* --- officers --- */

static const struct shape_field officer_put_fields[] = {
    TEXT("name", MUST, 1, OFFICER_NAME_SIZE_MAX, NULL),
    IDENTIFIER("unit", MUST, NULL),
    CHOICE("role", MUST, role_names, NULL),
    BOOLEAN("active", MAY, "False: has left. Absent: true."),
};
const struct shape shape_officer_put =
    SHAPE("officer_arguments", "An officer as they stand from now on.", officer_put_fields);

static const struct shape_field officer_fields[] = {
    IDENTIFIER("id", MUST, NULL),   TEXT("name", MUST, 1, OFFICER_NAME_SIZE_MAX, NULL),
    IDENTIFIER("unit", MUST, NULL), CHOICE("role", MUST, role_names, NULL),
    BOOLEAN("active", MUST, NULL),
};
static const struct shape officer = SHAPE("officer", "An officer.", officer_fields);
static const struct shape *const officers[] = {&officer};
static const struct shape_field officers_fields[] = {
    LIST("list", MUST, DESK_LIST_MAX, officers, NULL), NEXT};
const struct shape shape_officers = SHAPE("officers", "A page of officers.", officers_fields);

static const struct shape_field officer_done_fields[] = {IDENTIFIER("officer", MUST, NULL)};
const struct shape shape_officer_done =
    SHAPE("officer_entered", "Whose entry it is.", officer_done_fields);

static const char *const ended_words[] = {"all sessions have ended"};
static const struct shape_field officer_ended_fields[] = {IDENTIFIER("officer", MUST, NULL),
                                                          CHOICE("state", MUST, ended_words, NULL)};
const struct shape shape_officer_ended =
    SHAPE("officer_sessions_ended", "Whose sessions ended.", officer_ended_fields);

static const struct shape_field seat_fields[] = {
    IDENTIFIER("officer", MUST, NULL),
    TEXT("client", MUST, 1, CLIENT_SIZE, "The address that it came from."),
    TIME("since", MUST, NULL),
    TIME("used", MUST, "The last time, to half a minute."),
};
static const struct shape seat = SHAPE("session_row", "One who is logged in.", seat_fields);
static const struct shape *const seats[] = {&seat};
static const struct shape_field sessions_fields[] = {LIST("list", MUST, DESK_LIST_MAX, seats, NULL),
                                                     NEXT};
const struct shape shape_sessions =
    SHAPE("sessions", "A page of those who are logged in.", sessions_fields);

/* --- drafts that wait for a second officer --- */

static const struct shape_field confirmation_fields[] = {
    HEX("sha256", MUST, SHA256_SIZE, "Of the draft, as it was shown."),
};
const struct shape shape_confirmation =
    SHAPE("confirmation_arguments", "What is confirmed.", confirmation_fields);

static const char *const approval_words[] = {
    "waits for a second officer", "confirmed", "refused", "withdrawn", "expired", "sent alone"};
_Static_assert(ARRAY_COUNT(approval_words) == APPROVAL_STATE_COUNT, "one for each state");

static const struct shape_field turn_fields[] = {
    IDENTIFIER("officer", MUST, NULL),
    TEXT("telephone", MUST, 3, ON_CALL_TELEPHONE_MAX, NULL),
    TIME("until", MUST, NULL),
};
const struct shape shape_on_call_turn =
    SHAPE("on_call_turn", "One who is on call now.", turn_fields);
static const struct shape *const on_call_turns[] = {&shape_on_call_turn};

/* What every draft shows. */
#define DRAFT                                                                                      \
    HEX("approval", MUST, APPROVAL_ID_SIZE, "Its id."), IDENTIFIER("act", MUST, NULL),             \
        IDENTIFIER("from", MUST, "Who drafted it."),                                               \
        IDENTIFIER("approver", MAY, "Who is asked; absent: any officer who may."),                 \
        TEXT("case", MAY, 1, NAME_SIZE_MAX, NULL),                                                 \
        HEX("sha256", MUST, SHA256_SIZE, "Of the draft's bytes."), TIME("made", MUST, NULL),       \
        TIME("until", MUST, "When it expires."), CHOICE("state", MUST, approval_words, NULL),      \
        IDENTIFIER("decided_by", MAY, NULL), TIME("decided", MAY, NULL),                           \
        TEXT("why", MAY, 1, DESK_REASON_SIZE_MAX, "The reason of whoever decided."),               \
        LIST("on_call", MAY, ON_CALL_COUNT_MAX, on_call_turns, "Who can approve it now.")

static const struct shape_field approval_fields[] = {DRAFT};
const struct shape shape_approval = SHAPE(
    "approval", "A draft that waits for a second officer, or what became of it.", approval_fields);

static const struct shape_field approval_row_fields[] = {
    BOOLEAN("waits_for_me", MUST, "This officer can decide it."), DRAFT};
static const struct shape approval_row =
    SHAPE("approval_row", "A draft in a list.", approval_row_fields);
static const struct shape *const approvals[] = {&approval_row};
static const struct shape_field approvals_fields[] = {
    LIST("list", MUST, DESK_LIST_MAX, approvals, NULL), NEXT};
const struct shape shape_approvals = SHAPE("approvals", "A page of drafts.", approvals_fields);

static const struct shape_field shown_fields[] = {
    DRAFT, TEXT("reason", MUST, 1, DESK_REASON_SIZE_MAX, "Of whoever drafted it."),
    TEXT("arguments", MUST, 2, APPROVAL_ARGUMENTS_MAX, "Of the act, as JSON."),
    TEXT("body", MAY, 1, BODY_SIZE_MAX, "The message, as JSON."),
    BASE64("draft", MUST, 1, APPROVAL_DRAFT_MAX, "The exact bytes that sha256 is of.")};
const struct shape shape_approval_shown =
    SHAPE("approval_shown", "A draft and its exact bytes.", shown_fields);

static const struct shape_field asked_fields[] = {
    IDENTIFIER("officer", MUST, "Whose password it is."),
    TEXT("first_half", MUST, HALF_SIZE, HALF_SIZE, "Told once, and to nobody else."), DRAFT};
const struct shape shape_password_asked =
    SHAPE("password_asked", "The first half of a one-time password, and the draft that waits.",
          asked_fields);

static const char *const given_words[] = {
    "good for setting a password of one's own; all sessions have ended"};
static const struct shape_field given_fields[] = {
    IDENTIFIER("officer", MUST, "Whose password it is."),
    TEXT("second_half", MUST, HALF_SIZE, HALF_SIZE, "Told once, and to nobody else."),
    TIME("until", MUST, NULL),
    CHOICE("state", MUST, given_words, NULL),
};
static const struct shape password_given =
    SHAPE("password_given", "The second half of a one-time password.", given_fields);

/* What the acts that wait answer once they are done. */
static const struct shape *const done[] = {
    &shape_sent,     &password_given,    &shape_resume,          &shape_officer_revoked,
    &shape_clock,    &shape_key_revoked, &shape_ending_prepared, &shape_log_ended,
    &shape_governed, &shape_forwarded,   &shape_exported};
static const struct shape_field done_fields[] = {
    HEX("approval", MUST, APPROVAL_ID_SIZE, NULL),
    IDENTIFIER("act", MUST, NULL),
    OBJECT("result", MUST, done, "What the act itself answers."),
};
const struct shape shape_approval_done =
    SHAPE("approval_done", "A draft that was confirmed: its act is done.", done_fields);
