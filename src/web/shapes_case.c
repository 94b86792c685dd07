/* Shapes of cases: the case, what officers keep of it, tasks, hand-overs. */
#include "desk/asylum_limits.h"
#include "desk/case_limits.h"
#include "desk/desk.h"
#include "message/offence.h"
#include "web/shape_codes.h"
#include "web/shape_rows.h"

static const char *const states[] = {"open", "closed"};

/* --- arguments --- */

static const struct shape_field put_fields[] = {
    TEXT("title", MUST, 1, CASE_TITLE_SIZE_MAX, NULL),
    TEXT("authority", MAY, 1, CASE_AUTHORITY_SIZE_MAX, "The lead authority; absent: as it was."),
    CHOICES("offences", MAY, 0, offence_names, "Absent: as they were."),
    BOOLEAN("restricted", MAY, "True: for its unit and those who look over it alone."),
};
const struct shape shape_case_put = SHAPE("case_arguments", "A case.", put_fields);

static const struct shape_field assign_fields[] = {IDENTIFIER("officer", MUST, NULL)};
const struct shape shape_case_assign =
    SHAPE("case_assignment_arguments", "Who works on the case from now on.", assign_fields);

static const struct shape_field close_fields[] = {
    DATE("review", MAY, "When it is looked at again; absent: the last day that the law allows."),
};
const struct shape shape_case_close =
    SHAPE("case_closing_arguments", "The end of a case.", close_fields);

static const struct shape_field note_arguments[] = {
    TEXT("text", MUST, 1, CASE_NOTE_SIZE_MAX, NULL)};
const struct shape shape_case_note = SHAPE("case_note_arguments", "A note.", note_arguments);

#define REFERENCE                                                                                  \
    CHOICE("channel", MUST, case_channel_names, NULL),                                             \
        TEXT("reference", MUST, 1, CASE_REFERENCE_SIZE_MAX, "As that channel writes it.")
static const struct shape_field reference_arguments[] = {REFERENCE};
const struct shape shape_case_reference =
    SHAPE("case_reference_arguments", "Where else the matter was taken up.", reference_arguments);

static const struct shape_field task_arguments[] = {
    IDENTIFIER("officer", MUST, "Who is to do it."),
    TEXT("text", MUST, 1, CASE_TASK_SIZE_MAX, "What."),
    TIME("until", MUST, NULL),
};
const struct shape shape_case_task = SHAPE("case_task_arguments", "A task.", task_arguments);

/* --- a row of the list --- */

#define NUMBER        TEXT("case", MUST, 1, NAME_SIZE_MAX, "Its number.")
#define MINUTES(what) INTEGER("minutes_left", MAY, -JSON_INTEGER_MAX, JSON_INTEGER_MAX, what)

static const struct shape_field row_fields[] = {
    NUMBER,
    CHOICE("state", MUST, states, NULL),
    IDENTIFIER("unit", MAY, NULL),
    TEXT("title", MAY, 1, CASE_TITLE_SIZE_MAX, "Absent: the case is restricted."),
    IDENTIFIER("officer", MAY, NULL),
    CHOICES("offences", MAY, 0, offence_names, NULL),
    TIME("due", MAY, "The nearest of its open requests and tasks."),
    MINUTES(NULL),
    IDENTIFIER("ask_unit", MAY, "Restricted: this unit knows."),
    TIME("opened", MUST, NULL),
    TIME("closed", MAY, NULL),
    TIME("review", MAY, NULL),
    BOOLEAN("review_due", MAY, NULL),
};
static const struct shape row = SHAPE("case", "A case.", row_fields);
static const struct shape *const rows[] = {&row};
static const struct shape_field cases_fields[] = {LIST("list", MUST, DESK_LIST_MAX, rows, NULL),
                                                  NEXT};
const struct shape shape_cases = SHAPE("cases", "A page of cases.", cases_fields);

static const struct shape_field done_fields[] = {NUMBER};
const struct shape shape_case_done = SHAPE("case_entered", "The case.", done_fields);

static const struct shape_field made_fields[] = {
    NUMBER,
    INTEGER("person", MAY, 1, JSON_INTEGER_MAX, NULL),
    INTEGER("note", MAY, 1, JSON_INTEGER_MAX, NULL),
    INTEGER("task", MAY, 1, JSON_INTEGER_MAX, NULL),
};
const struct shape shape_case_made =
    SHAPE("case_changed", "What was made, changed or removed in the case.", made_fields);

static const struct shape_field referred_fields[] = {NUMBER, REFERENCE};
const struct shape shape_case_referred =
    SHAPE("case_referred", "A reference of the case.", referred_fields);

/* --- one case --- */

static const struct shape_field item_fields[] = {
    UUID("item", MUST, NULL),
    TEXT("type", MUST, 1, NAME_SIZE_MAX, "Of the message."),
    IDENTIFIER("partner", MUST, NULL),
    BOOLEAN("own", MUST, "True: we sent it."),
    TIME("created", MUST, NULL),
    TEXT("reference", MAY, 1, 64, "Of a request."),
    CODES_WORDS,
    BOOLEAN("answered", MAY, "Of a request."),
    TIME("due", MAY, NULL),
    MINUTES("Below 0: overdue."),
};
static const struct shape item = SHAPE("case_item", "A message in the case.", item_fields);
static const struct shape *const items[] = {&item};

static const struct shape_field person_fields_[] = {
    INTEGER("person", MUST, 1, JSON_INTEGER_MAX, NULL),
    CHOICE("category", MUST, person_category_names, "In this case."),
    BOOLEAN("minor", MUST, NULL),
    TIME("put", MAY, "When this state of it came."),
    IDENTIFIER("by", MAY, NULL),
    ANY("record", MAY, "A person as in messages; absent: protected, ask the unit."),
    CHOICE("protection_status", MAY, protection_status_names, "For who keeps the case."),
    TEXTS("fears", MAY, 0, ASYLUM_FEARED_MAX, 3, "States, or `any`."),
    INTEGER("family_of", MAY, 1, JSON_INTEGER_MAX, NULL),
    IDENTIFIER("ask_unit", MAY, NULL),
};
static const struct shape person = SHAPE("case_person", "A person in the case.", person_fields_);
static const struct shape *const people[] = {&person};

static const struct shape_field protection_arguments[] = {
    CHOICE("status", MUST, protection_status_names, "`unknown` counts as `applicant`."),
    TEXTS("fears", MAY, 0, ASYLUM_FEARED_MAX, 2,
          "States, ISO 3166-1; none: those of nationality and birth, else any but our own."),
    INTEGER("family_of", MAY, 1, JSON_INTEGER_MAX, "Whose family it is, in this case."),
};
const struct shape shape_case_protection = SHAPE(
    "case_protection_arguments", "What is known of somebody's protection.", protection_arguments);

static const struct shape_field protected_fields[] = {
    NUMBER,
    INTEGER("person", MUST, 1, JSON_INTEGER_MAX, NULL),
    TEXTS("sent", MUST, 0, CASE_ROWS_MAX, 36,
          "What went from this case to such a state before; look whether it is about them."),
};
const struct shape shape_case_protected = SHAPE(
    "case_protection", "Entered; nothing about them goes there from now on.", protected_fields);

#define TASK(need)                                                                                 \
    INTEGER("task", MUST, 1, JSON_INTEGER_MAX, NULL), NUMBER,                                      \
        CHOICE("kind", need, case_task_kind_names, NULL),                                          \
        IDENTIFIER("officer", need, "Who is to do it."),                                           \
        TEXT("text", need, 1, CASE_TASK_SIZE_MAX, NULL), IDENTIFIER("made_by", need, NULL),        \
        TIME("made", need, NULL), TIME("until", MUST, NULL), MINUTES("Below 0: overdue."),         \
        BOOLEAN("overdue", MAY, NULL)

static const struct shape_field task_fields[] = {
    TASK(MUST),
    TIME("done", MAY, NULL),
    IDENTIFIER("done_by", MAY, NULL),
};
static const struct shape task = SHAPE("case_task", "A task.", task_fields);
static const struct shape *const tasks[] = {&task};

static const struct shape_field open_task_fields[] = {
    TASK(MAY), IDENTIFIER("ask_unit", MAY, "The case is restricted: this unit knows.")};
static const struct shape open_task =
    SHAPE("open_task", "An open task; of a restricted case its time alone.", open_task_fields);
static const struct shape *const open_tasks[] = {&open_task};

static const struct shape_field noted_reference_fields[] = {
    REFERENCE, IDENTIFIER("officer", MUST, "Who noted it."), TIME("at", MUST, NULL)};
static const struct shape reference =
    SHAPE("case_reference", "Where else the matter was taken up.", noted_reference_fields);
static const struct shape *const references[] = {&reference};

static const struct shape_field note_fields[] = {
    INTEGER("note", MUST, 1, JSON_INTEGER_MAX, NULL),
    IDENTIFIER("officer", MUST, NULL),
    TIME("at", MUST, NULL),
    TEXT("text", MUST, 1, CASE_NOTE_SIZE_MAX, NULL),
};
static const struct shape note = SHAPE("case_note", "A note.", note_fields);
static const struct shape *const notes[] = {&note};

static const char *const initiative_states[] = {"given", "must be considered"};
static const struct shape_field initiative_fields[] = {
    IDENTIFIER("partner", MUST, NULL),
    CHOICES("offences", MUST, 1, offence_names, "Of the case, on the list of the agreement."),
    CHOICE("state", MUST, initiative_states, "Whether something was given unasked."),
};
static const struct shape initiative =
    SHAPE("own_initiative", "A partner to whom the case could be relevant.", initiative_fields);
static const struct shape *const initiatives[] = {&initiative};

static const struct shape_field shown_fields[] = {
    NUMBER,
    TEXT("title", MAY, 1, CASE_TITLE_SIZE_MAX, "Absent: withheld."),
    INTEGER("glass", MAY, 1, JSON_INTEGER_MAX, "Under which it was read."),
    BOOLEAN("withheld", MAY, "Under broken glass: what is of protected people or of others."),
    CHOICE("state", MUST, states, NULL),
    IDENTIFIER("unit", MAY, "The lead unit."),
    IDENTIFIER("officer", MAY, "Who works on it."),
    TEXT("authority", MAY, 1, CASE_AUTHORITY_SIZE_MAX, NULL),
    CHOICES("offences", MUST, 0, offence_names, NULL),
    BOOLEAN("restricted", MUST, NULL),
    TIME("opened", MUST, NULL),
    TIME("closed", MAY, NULL),
    TIME("review", MAY, NULL),
    LIST("own_initiative", MUST, PARTNER_COUNT_MAX, initiatives,
         "Partners whose agreement lists an offence of the case."),
    TEXT("items_shut", MAY, 1, ERROR_TEXT_SIZE, "Why none of its items is shown now."),
    LIST("items", MUST, CASE_ROWS_MAX, items, "The newest first."),
    LIST("people", MUST, CASE_PEOPLE_MAX, people, NULL),
    LIST("tasks", MUST, CASE_ROWS_MAX, tasks, "The open ones first."),
    LIST("references", MUST, CASE_REFERENCE_MAX, references, NULL),
    LIST("notes", MUST, CASE_ROWS_MAX, notes, "The newest first."),
    BOOLEAN("more", MUST, "One of these lists was cut."),
};
const struct shape shape_case_shown = SHAPE("case_shown", "A case as it stands.", shown_fields);

static const struct shape_field tasks_fields[] = {
    LIST("list", MUST, DESK_LIST_MAX, open_tasks, NULL), NEXT};
const struct shape shape_tasks = SHAPE("tasks", "A page of open tasks.", tasks_fields);

/* --- hand-overs --- */

static const struct shape_field give_fields[] = {
    IDENTIFIER("taker", MUST, "Who takes over."),
    TEXT("note", MAY, 1, HANDOVER_NOTE_SIZE_MAX, NULL),
};
const struct shape shape_handover_give =
    SHAPE("handover_arguments", "The change of a shift.", give_fields);

static const struct shape_field take_fields[] = {
    HEX("sha256", MUST, SHA256_SIZE, "Of the list, as it was shown."),
};
const struct shape shape_handover_take =
    SHAPE("handover_taking_arguments", "What is signed for.", take_fields);

#define HANDOVER                                                                                   \
    INTEGER("handover", MUST, 1, JSON_INTEGER_MAX, NULL), IDENTIFIER("unit", MUST, NULL),          \
        IDENTIFIER("giver", MUST, NULL), IDENTIFIER("taker", MUST, NULL),                          \
        TEXT("note", MAY, 1, HANDOVER_NOTE_SIZE_MAX, NULL), TIME("made", MUST, NULL),              \
        TIME("taken", MAY, "Absent: not yet."), HEX("sha256", MUST, SHA256_SIZE, "Of the list.")

static const struct shape_field matters_fields[] = {
    TEXTS("cases", MUST, 0, DESK_LIST_MAX, NAME_SIZE_MAX, "The giver's open cases."),
    {.name = "tasks",
     .kind = SHAPE_INTEGERS,
     .min = 0,
     .max = DESK_LIST_MAX,
     .about = "The giver's open tasks."},
    TEXTS("requests", MUST, 0, DESK_LIST_MAX, 36, "To us, without an answer: the next due."),
};
static const struct shape matters =
    SHAPE("handover_matters", "What is open, by number.", matters_fields);
static const struct shape *const matters_of[] = {&matters};

static const struct shape_field standing_fields[] = {
    TEXTS("cases", MUST, 0, DESK_LIST_MAX, NAME_SIZE_MAX, NULL),
    {.name = "tasks", .kind = SHAPE_INTEGERS, .min = 0, .max = DESK_LIST_MAX},
};
static const struct shape standing =
    SHAPE("handover_standing", "Cases and tasks, by number.", standing_fields);
static const struct shape *const standing_of[] = {&standing};

static const struct shape_field handover_fields[] = {
    HANDOVER,
    OBJECT("matters", MUST, matters_of, NULL),
    OBJECT("passes", MAY, standing_of, "Of the list, what is still open with the giver."),
    OBJECT("passed", MAY, standing_of, "What went to the taker."),
    OBJECT("stayed", MAY, standing_of,
           "Of the list, what does not pass over: no longer open with the giver, or a task in a "
           "case that the taker does not see."),
    OBJECT("meanwhile", MAY, standing_of,
           "Open with the giver and not on the list: it stays there."),
};
const struct shape shape_handover = SHAPE("handover", "A hand-over and its list.", handover_fields);

static const struct shape_field handover_row_fields[] = {HANDOVER};
static const struct shape handover_row =
    SHAPE("handover_row", "A hand-over in a list.", handover_row_fields);
static const struct shape *const handover_rows[] = {&handover_row};
static const struct shape_field handovers_fields[] = {
    LIST("list", MUST, DESK_LIST_MAX, handover_rows, NULL), NEXT};
const struct shape shape_handovers = SHAPE("handovers", "A page of hand-overs.", handovers_fields);
