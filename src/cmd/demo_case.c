/* The steps of a case of the demonstration's year as acts of officers: see demo_case.h. */
#include "cmd/demo_case.h"

#include "base/attributes.h"
#include "cmd/demo_year.h"
#include "crypto/id.h"
#include "desk/case.h"
#include "message/answer.h"
#include "message/form.h"
#include "message/offence.h"
#include "message/request.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOUR_MS        INT64_C(3600000)
#define DAY_MS         (24 * HOUR_MS)
#define ARGUMENTS_SIZE 16384u
#define STEP_ARENA     (1024u * 1024u)

static const char *const authorities[] = {"Single Point of Contact, Bucharest",
                                          "Single Point of Contact, Tirana",
                                          "Single Point of Contact, Athens"};
static const char *const courts[] = {"Tribunal of Bucharest", "Court of Tirana", "Court of Athens"};
static const char *const languages[] = {"ro", "sq", "el"};

/* --- who acts --- */

/* A case is kept by the unit of its kind; at the desk the duty officers take turns. */
static const char *keeper_of(const struct demo_node *node, const struct demo_case *one)
{
    bool is_migration = one->kind == DEMO_MIGRANTS || one->kind == DEMO_PEOPLE;
    return demo_staff_of(node->place->party)[is_migration ? 2 : 3].id;
}

static const char *duty_of(const struct demo_node *node, const struct demo_case *one)
{
    return demo_staff_of(node->place->party)[one->luck % 2].id;
}

static const char *pick(const char *const *list, uint32_t luck)
{
    uint32_t count = 0;

    while (list[count] != NULL)
        count++;
    return list[luck % count];
}

/* One step at work: an act's arguments, its result, and memory for both. */
struct step {
    struct demo_case *one;
    struct demo_node *node;
    size_t side; /* 0: who asks */
    const char *officer;
    struct demo_words words;
    struct arena arena;
    struct buffer arguments;
    struct json_writer out;
    struct result *result;
    struct error *err;
};

static void step_begin(struct step *step, struct demo_world *world, struct demo_case *one,
                       size_t side, struct error *err)
{
    *step = (struct step){.one = one,
                          .node = &world->nodes[side == 0 ? one->from : one->to],
                          .side = side,
                          .words = one->words,
                          .arena = arena_make(STEP_ARENA),
                          .arguments = buffer_make(ARGUMENTS_SIZE),
                          .err = err};
    step->officer = keeper_of(step->node, one);
    step->words.plate = one->plate;
    step->words.name = one->name;
}

static void step_end(struct step *step)
{
    result_free(&step->result);
    buffer_free(&step->arguments);
    arena_free(&step->arena);
}

static struct json_writer *arguments_begin(struct step *step)
{
    buffer_clear(&step->arguments);
    step->out = json_writer_make(&step->arguments);
    json_begin_object(&step->out);
    return &step->out;
}

/* The act in the step's case, with what arguments_begin was given since. */
static bool act_with(struct step *step, const char *name, bool is_approved, struct span body)
{
    struct demo_act act = {.name = name,
                           .officer = step->officer,
                           .approver = is_approved ? step->node->place->approver : NULL,
                           .reason = "exercise: casework",
                           .case_number = step->one->number[step->side],
                           .body = body};

    if (strcmp(name, "case-put") == 0)
        act.case_number = NULL; /* it does not stand yet */
    json_end_object(&step->out);
    act.arguments = buffer_span(&step->arguments);
    return demo_world_act(step->node, &act, &step->result, step->err);
}

static bool act(struct step *step, const char *name)
{
    return act_with(step, name, false, span_make(NULL, 0));
}

static bool item_taken(struct step *step, const char *field, char out[ID_SIZE])
{
    return result_field(&step->result->object, field, out, ID_SIZE) ||
           error_set(step->err, ERROR_BUG, "an act gave no %s", field);
}

static struct span words(struct step *step, const char *pattern)
{
    struct span text = span_text("Exercise.");
    demo_text(pattern, &step->words, &step->arena, &text);
    return text;
}

/* --- people in messages and cases --- */

static struct marking marking_make(const struct step *step, enum entity_type type,
                                   bool is_protected)
{
    int64_t now_ms = demo_now_ms();
    struct marking marking = {.type = type,
                              .schema_version = MARKING_SCHEMA,
                              .origin_party = span_text(step->node->place->party),
                              .origin_ref = span_text(step->one->reference),
                              .source_system = SOURCE_NATIONAL,
                              .purpose = PURPOSE_INVESTIGATION,
                              .offences = demo_subjects[step->one->kind].offences,
                              .source_eval = (enum source_eval)(step->one->luck % 3),
                              .info_eval = 1 + step->one->luck % 3,
                              .nature = NATURE_FACT,
                              .handling = HANDLING_BIT(HANDLING_H1),
                              .classification = CLASSIFICATION_UNCLASSIFIED,
                              .as_of_ms = now_ms - DAY_MS,
                              .recorded_at_ms = now_ms,
                              .recorded_by = span_text("officer"),
                              .review_at_ms = now_ms + (is_protected ? 90 : 700) * DAY_MS,
                              .erase_at_ms = now_ms + (is_protected ? 150 : 1000) * DAY_MS};
    id_make(env_real(), marking.id);
    return marking;
}

static bool suspect_make(struct step *step, bool is_answer, struct person *out)
{
    const struct demo_person *one = &step->one->suspect;
    struct person_name *names = arena_array(&step->arena, 2, sizeof *names);
    struct span *lists = arena_array(&step->arena, 2, sizeof *lists);
    struct person_document *document = arena_alloc(&step->arena, sizeof *document);
    enum demo_spelling how = is_answer ? DEMO_AS_IS : step->one->spelling;

    if (names == NULL || lists == NULL || document == NULL ||
        !demo_person_spell(one, how, &step->arena, &names[0]))
        return error_set(step->err, ERROR_LIMIT, "out of memory");
    lists[0] = span_text(one->country);
    lists[1] = span_text(one->phone);
    *document = (struct person_document){DOCUMENT_PASSPORT, span_text(one->document), lists[0]};
    bool is_sure = is_answer || step->one->luck % 3 != 0;
    *out =
        (struct person){.marking = marking_make(step, ENTITY_PERSON, false),
                        .category = PERSON_SUSPECT,
                        .names = names,
                        .name_count = 1,
                        .sex = one->is_woman ? SEX_FEMALE : SEX_MALE,
                        .birth_date = span_part(span_text(one->born), 0, is_sure ? 10 : 4),
                        .nationalities = lists,
                        .nationality_count = 1,
                        .documents = document,
                        .document_count = is_answer || step->one->luck % 4 == 0,
                        .phones = &lists[1],
                        .phone_count = is_answer || step->one->luck % 5 < 2,
                        .link_to_purpose = span_text(demo_subjects[step->one->kind].purpose_note)};
    if (is_answer) {
        out->birth_place = span_text(one->place);
        out->birth_country = lists[0];
    }
    return true;
}

/* About those who are protected no more than who they are. */
static bool other_make(struct step *step, struct person *out)
{
    static const enum person_category categories[DEMO_KIND_COUNT] = {
        [DEMO_MIGRANTS] = PERSON_SMUGGLED_MIGRANT,
        [DEMO_DRUGS] = PERSON_WITNESS,
        [DEMO_PEOPLE] = PERSON_VICTIM,
        [DEMO_ARMS] = PERSON_WITNESS,
        [DEMO_DOCUMENTS] = PERSON_VICTIM};
    const struct demo_person *one = &step->one->other;
    struct person_name *name = arena_alloc(&step->arena, sizeof *name);
    struct span *country = arena_alloc(&step->arena, sizeof *country);

    if (name == NULL || country == NULL || !demo_person_spell(one, DEMO_AS_IS, &step->arena, name))
        return error_set(step->err, ERROR_LIMIT, "out of memory");
    *country = span_text(one->country);
    *out = (struct person){.marking = marking_make(step, ENTITY_PERSON, true),
                           .category = categories[step->one->kind],
                           .names = name,
                           .name_count = 1,
                           .sex = one->is_woman ? SEX_FEMALE : SEX_MALE,
                           .birth_date = span_part(span_text(one->born), 0, 4),
                           .nationalities = country,
                           .nationality_count = 1,
                           .link_to_purpose =
                               span_text(demo_subjects[step->one->kind].protected_note)};
    return true;
}

static bool person_put(struct step *step, const struct person *person, bool is_shielded)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct json_writer *out = arguments_begin(step);

    json_string_field(out, "number", step->one->number[step->side]);
    if (is_shielded)
        json_boolean_field(out, "shielded", true);
    return (form_write(&person_form, person, &body) ||
            error_set(step->err, ERROR_LIMIT, "a person does not fit")) &&
           act_with(step, "case-person-put", false, buffer_span(&body));
}

/* --- the case --- */

static bool case_open(struct step *step)
{
    struct json_writer *out = arguments_begin(step);
    char title[160];

    snprintf(title, sizeof title, "Exercise: %.*s", SPAN_ARG(words(step, step->one->plot->title)));
    json_string_field(out, "number", step->one->number[step->side]);
    json_string_field(out, "title", title);
    json_choices_field(out, "offences", offence_names, OFFENCE_COUNT,
                       demo_subjects[step->one->kind].offences);
    json_string_field(out, "authority", step->side == 0 ? "Border Police" : "Criminal Police");
    if (step->one->is_restricted)
        json_boolean_field(out, "restricted", true);
    return act(step, "case-put");
}

static bool note_add(struct step *step, uint32_t luck)
{
    struct json_writer *out = arguments_begin(step);

    json_string_field(out, "number", step->one->number[step->side]);
    json_string_field(out, "text", pick(demo_notes, luck));
    return act(step, "case-note");
}

static bool reference_add(struct step *step)
{
    static const char *const channels[] = {"siena", "interpol", "selec", "frontex", "liaison"};
    struct json_writer *out = arguments_begin(step);
    char reference[32];

    snprintf(reference, sizeof reference, "EX-%u-%03u", 2000 + step->one->luck % 26,
             step->one->luck % 1000);
    json_string_field(out, "number", step->one->number[step->side]);
    json_string_field(out, "channel", channels[step->one->luck % ARRAY_COUNT(channels)]);
    json_string_field(out, "reference", reference);
    return act(step, "case-reference");
}

static bool task_give(struct step *step)
{
    struct json_writer *out = arguments_begin(step);

    json_string_field(out, "number", step->one->number[step->side]);
    json_string_field(out, "officer",
                      step->one->is_restricted ? step->officer : duty_of(step->node, step->one));
    json_time_field(out, "until", demo_now_ms() + (2 + step->one->luck % 9) * DAY_MS);
    json_string_field(out, "text", pick(demo_tasks, step->one->luck));
    if (!act(step, "case-task"))
        return false;
    step->one->task = json_get_integer(&step->result->object, "task", 1, JSON_INTEGER_MAX);
    return true;
}

static bool open_do(struct step *step)
{
    struct person suspect, other;
    uint32_t luck = step->one->luck;

    return case_open(step) && suspect_make(step, false, &suspect) &&
           person_put(step, &suspect, false) &&
           (!step->one->has_other ||
            (other_make(step, &other) && person_put(step, &other, luck % 7 == 0))) &&
           (luck % 3 != 0 || note_add(step, luck)) && (luck % 4 != 0 || reference_add(step)) &&
           (luck % 5 > 1 || task_give(step));
}

static bool call_do(struct step *step)
{
    struct json_writer *out = arguments_begin(step);
    bool is_oral = step->one->luck % 3 != 0;

    json_string_field(out, "channel", is_oral ? "phone" : "paper");
    json_time_field(out, "received", demo_now_ms() - (is_oral ? HOUR_MS / 3 : DAY_MS));
    json_string_field(out, "sender", is_oral ? "liaison officer" : "prosecutor's office");
    json_text_field(out, "subject", words(step, pick(demo_calls, step->one->luck)));
    json_string_field(out, "original", is_oral ? "call book, page 12" : "registry, folder 3");
    json_boolean_field(out, "oral", is_oral);
    return act(step, "register-put");
}

/* --- asking --- */

static struct transfer transfer_make(void)
{
    return (struct transfer){.ground = TRANSFER_ART61_TREATY,
                             .instrument = span_text("Training instrument (fictional)"),
                             .article = span_text("7"),
                             .review_at_ms = demo_now_ms() + 180 * DAY_MS};
}

static bool request_body(struct step *step, struct buffer *out)
{
    const struct demo_subject *subject = &demo_subjects[step->one->kind];
    struct foreign_reference foreign = {CHANNEL_SIENA, span_text(step->one->reference)};
    struct person persons[2];
    bool ok = suspect_make(step, false, &persons[0]) &&
              (!step->one->has_other || other_make(step, &persons[1]));
    struct request request = {
        .reference = span_text(step->one->reference),
        .case_reference = span_text(step->one->number[0]),
        .authority = span_text(authorities[step->one->from]),
        .address = span_text("1 Example Street"),
        .officer = span_text("officer"),
        .purpose = PURPOSE_INVESTIGATION,
        .offences = subject->offences,
        .facts = words(step, step->one->plot->facts),
        .asked = words(step, step->one->plot->asked),
        .believed_available_reason = words(step, "The trace leads to {there}."),
        .persons = persons,
        .person_count = step->one->has_other ? 2 : 1,
        .is_urgent = step->one->is_urgent,
        .urgency_ground = step->one->is_urgent ? URGENCY_THREAT_LIFE : URGENCY_NONE,
        .urgency_reason = span_text(step->one->is_urgent ? subject->urgent : ""),
        .language = span_text("en"),
        .handling = HANDLING_BIT(HANDLING_H1),
        .classification = CLASSIFICATION_UNCLASSIFIED,
        .foreign_references = &foreign,
        .foreign_reference_count = step->one->luck % 9 == 0,
        .is_necessary_and_proportionate = true,
        .is_believed_available = true,
        .has_no_death_penalty = true,
        .has_transfer = true,
        .transfer = transfer_make(),
        .is_training = true,
    };
    for (size_t i = 0; ok && i < request.person_count; i++) { /* requests are kept half a year */
        persons[i].marking.review_at_ms = demo_now_ms() + 90 * DAY_MS;
        persons[i].marking.erase_at_ms = demo_now_ms() + 180 * DAY_MS;
    }
    return ok && (request_write(&request, out) ||
                  error_set(step->err, ERROR_LIMIT, "a request does not fit"));
}

static bool send_do(struct step *step)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);

    if (!request_body(step, &body))
        return false;
    json_string_field(arguments_begin(step), "agreement", step->one->agreement);
    if (!act_with(step, "duplicate-check", false, buffer_span(&body)))
        return false;
    struct json_writer *out = arguments_begin(step);
    json_string_field(out, "agreement", step->one->agreement);
    json_string_field(out, "elsewhere", step->one->luck % 9 == 0 ? "yes" : "no");
    return act_with(step, "request-send", true, buffer_span(&body)) &&
           item_taken(step, "item", step->one->request);
}

/* --- at the other side --- */

static bool item_act(struct step *step, const char *name, const char *item)
{
    json_string_field(arguments_begin(step), "item", item);
    return act(step, name);
}

static bool translate(struct step *step)
{
    struct json_writer *out = arguments_begin(step);

    json_string_field(out, "item", step->one->request);
    json_string_field(out, "language", languages[step->one->to]);
    json_string_field(out, "translator", "sworn translator 17 (exercise)");
    json_boolean_field(out, "certified", true);
    json_string_field(out, "text", "Exercise. The translation would stand here.");
    return act(step, "translation-put");
}

/* The duty officer opens the case and gives it, and the request, to the unit of its kind. */
static bool receive_do(struct step *step)
{
    const char *keeper = keeper_of(step->node, step->one);
    bool is_migration = step->one->kind == DEMO_MIGRANTS || step->one->kind == DEMO_PEOPLE;

    step->officer = duty_of(step->node, step->one);
    if (!case_open(step) || !item_act(step, "item-show", step->one->request) ||
        !item_act(step, "crosscheck-show", step->one->request) ||
        (step->one->is_translated && !translate(step)))
        return false;
    struct json_writer *out = arguments_begin(step);
    json_string_field(out, "item", step->one->request);
    json_string_field(out, "unit", is_migration ? "migration" : "organised-crime");
    if (!act(step, "assign"))
        return false;
    out = arguments_begin(step);
    json_string_field(out, "number", step->one->number[step->side]);
    json_string_field(out, "officer", keeper);
    return act(step, "case-assign");
}

static bool decide_do(struct step *step)
{
    struct json_writer *out = arguments_begin(step);

    json_string_field(out, "item", step->one->request);
    if (step->one->is_doubted) {
        json_string_field(out, "doubt", "facts_do_not_show_it");
        return act(step, "urgency-doubt") && item_taken(step, "item", step->one->doubt);
    }
    bool is_direct = step->one->luck % 3 != 0;
    json_string_field(out, "access", is_direct ? "directly" : "indirectly");
    if (!is_direct) {
        json_string_field(out, "held_by", "public_authority");
        json_string_field(out, "source", "vehicle register");
    }
    return act(step, "access-decide");
}

static bool question_do(struct step *step)
{
    struct json_writer *out = arguments_begin(step);

    json_string_field(out, "item", step->one->request);
    json_string_field(out, "question", pick(demo_questions, step->one->luck));
    json_string_field(out, "language", "en");
    return act_with(step, "clarification-ask", false, span_make(NULL, 0)) &&
           item_taken(step, "item", step->one->question);
}

static bool reply_do(struct step *step)
{
    struct json_writer *out = arguments_begin(step);

    json_string_field(out, "item", step->one->question);
    json_string_field(out, "reply", pick(demo_replies, step->one->luck));
    json_string_field(out, "language", "en");
    return act(step, "clarification-reply");
}

static bool delay_do(struct step *step)
{
    struct json_writer *out = arguments_begin(step);

    json_string_field(out, "item", step->one->request);
    json_string_field(out, "authorisation", "applied");
    json_string_field(out, "delay_reason", "authorisation_needed");
    json_string_field(out, "authority", courts[step->one->to]);
    json_time_field(out, "expected_by", demo_now_ms() + 14 * DAY_MS);
    return act(step, "delay-tell");
}

/* --- answering --- */

static bool refuse(struct step *step, const char *ground, const char *reason)
{
    struct json_writer *out = arguments_begin(step);

    json_string_field(out, "item", step->one->request);
    json_key(out, "grounds");
    json_begin_array(out);
    json_write_text(out, span_text(ground));
    json_end_array(out);
    json_string_field(out, "reason_text", reason);
    return act_with(step, "refuse-send", true, span_make(NULL, 0)) &&
           item_taken(step, "item", step->one->answer);
}

static bool answer_body(struct step *step, struct buffer *out)
{
    static const char *const to_judge =
        "Exercise: civil register of this month; police file of the last three years.";
    struct item items[2] = {{.source_kind = SOURCE_KIND_CASE_FILE}};
    struct refusal refusal = {.ground = REFUSAL_GROUND_A,
                              .reason = span_text("Exercise: older files are not kept.")};
    bool gives = step->one->outcome != DEMO_NOTHING;
    char reference[48];

    snprintf(reference, sizeof reference, "%s/A", step->one->number[1]);
    items[0].has_text = true;
    items[0].text = (struct text_item){marking_make(step, ENTITY_TEXT, false),
                                       words(step, step->one->plot->answer)};
    items[1].source_kind = SOURCE_KIND_REGISTER;
    items[1].has_person = true;
    if (!suspect_make(step, true, &items[1].person))
        return false;
    struct answer answer = {
        .reference = span_text(reference),
        .request_reference = span_text(step->one->reference),
        .outcome = step->one->outcome == DEMO_FULL      ? ANSWER_FULL
                   : step->one->outcome == DEMO_PARTIAL ? ANSWER_PARTIAL
                                                        : ANSWER_NOTHING_HELD,
        .items = items,
        .item_count = !gives                            ? 0
                      : step->one->outcome == DEMO_FULL ? 2
                                                        : 1,
        .refusals = &refusal,
        .refusal_count = step->one->outcome == DEMO_PARTIAL,
        .to_judge = span_text(to_judge),
        .officer = span_text("officer"),
        .approved_by = span_text("approver"),
        .language = span_text("en"),
        .handling = HANDLING_BIT(HANDLING_H0),
        .classification = CLASSIFICATION_UNCLASSIFIED,
        .has_no_death_penalty = true,
        .has_transfer = gives,
        .transfer = transfer_make(),
        .is_training = true,
    };
    return answer_write(&answer, out) ||
           error_set(step->err, ERROR_LIMIT, "an answer does not fit");
}

static bool answer_do(struct step *step)
{
    static const struct {
        const char *ground;
        const char *reason;
    } refusals[] = {
        {"a", "Exercise: nothing of this is available to the authorities here."},
        {"d", "Exercise: an investigation under way would be hurt; ask again in spring."},
        {"f_i", "Exercise: the request goes beyond what is needed for its purpose."},
    };
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    size_t luck = step->one->luck % ARRAY_COUNT(refusals);

    if (step->one->outcome == DEMO_REFUSED)
        return refuse(step, refusals[luck].ground, refusals[luck].reason);
    if (!answer_body(step, &body))
        return false;
    json_string_field(arguments_begin(step), "item", step->one->request);
    return act_with(step, "answer-send", true, buffer_span(&body)) &&
           item_taken(step, "item", step->one->answer);
}

/* --- reading and closing --- */

static bool task_end(struct step *step)
{
    struct json_writer *out = arguments_begin(step);

    if (step->one->task == 0)
        return true;
    json_string_field(out, "number", step->one->number[0]);
    json_integer_field(out, "task", step->one->task);
    return act(step, "case-task-done");
}

static bool read_do(struct step *step)
{
    return item_act(step, "item-show", step->one->answer) &&
           (step->one->luck % 2 != 0 || note_add(step, step->one->luck / 7));
}

static bool close_do(struct step *step)
{
    char day[TIME_TEXT_SIZE];

    if (step->side == 0 && !task_end(step))
        return false;
    time_write(demo_now_ms() + (20 + step->one->luck % 150) * DAY_MS, day);
    day[10] = '\0';
    struct json_writer *out = arguments_begin(step);
    json_string_field(out, "number", step->one->number[step->side]);
    json_string_field(out, "review", day);
    return act(step, "case-close");
}

/* --- all steps --- */

static const struct {
    size_t side;
    bool (*run)(struct step *step);
} steps[DEMO_STEP_COUNT] = {
    [DEMO_STEP_OPEN] = {0, open_do},         [DEMO_STEP_CALL] = {0, call_do},
    [DEMO_STEP_SEND] = {0, send_do},         [DEMO_STEP_RECEIVE] = {1, receive_do},
    [DEMO_STEP_DECIDE] = {1, decide_do},     [DEMO_STEP_QUESTION] = {1, question_do},
    [DEMO_STEP_REPLY] = {0, reply_do},       [DEMO_STEP_DELAY] = {1, delay_do},
    [DEMO_STEP_ANSWER] = {1, answer_do},     [DEMO_STEP_READ] = {0, read_do},
    [DEMO_STEP_CLOSE_THERE] = {1, close_do}, [DEMO_STEP_CLOSE] = {0, close_do},
};

bool demo_case_do(struct demo_world *world, struct demo_case *one, enum demo_step which,
                  struct error *err)
{
    struct step step;

    step_begin(&step, world, one, steps[which].side, err);
    bool ok = steps[which].run(&step);
    step_end(&step);
    return ok;
}

bool demo_step_crosses(enum demo_step step)
{
    return step != DEMO_STEP_OPEN && step != DEMO_STEP_CALL && step != DEMO_STEP_CLOSE_THERE &&
           step != DEMO_STEP_CLOSE && step != DEMO_STEP_SHIFT;
}

/* --- the desk's own rhythm --- */

static bool shift_of(struct demo_node *node, size_t number, struct error *err)
{
    const struct demo_staff *staff = demo_staff_of(node->place->party);
    struct result *result CLEANUP(result_free) = NULL;
    struct buffer arguments CLEANUP(buffer_free) = buffer_make(ARGUMENTS_SIZE);
    char sha256[2 * DIGEST_SIZE + 1];
    struct demo_act act = {.name = "handover-give",
                           .officer = staff[number % 2].id,
                           .reason = "exercise: end of shift"};

    buffer_format(&arguments, "{\"taker\":\"%s\",\"note\":\"Exercise. %s\"}",
                  staff[(number + 1) % 2].id, number % 3 == 0 ? "Quiet." : "See the open limits.");
    act.arguments = buffer_span(&arguments);
    if (!demo_world_act(node, &act, &result, err))
        return false;
    int64_t handover = json_get_integer(&result->object, "handover", 1, JSON_INTEGER_MAX);
    if (!result_field(&result->object, "sha256", sha256, sizeof sha256))
        return error_set(err, ERROR_BUG, "a hand-over has no digest");
    buffer_clear(&arguments);
    buffer_format(&arguments, "{\"handover\":%" PRId64 ",\"sha256\":\"%s\"}", handover, sha256);
    act = (struct demo_act){.name = "handover-take",
                            .officer = staff[(number + 1) % 2].id,
                            .reason = "exercise: begin of shift",
                            .arguments = buffer_span(&arguments)};
    return demo_world_act(node, &act, &result, err);
}

bool demo_shift_do(struct demo_world *world, size_t number, struct error *err)
{
    for (size_t i = 0; i < world->count; i++)
        if (!shift_of(&world->nodes[i], number, err))
            return false;
    return true;
}

bool demo_erase_do(struct demo_world *world, struct error *err)
{
    for (size_t i = 0; i < world->count; i++) {
        struct result *result CLEANUP(result_free) = NULL;
        struct demo_act act = {.name = "retention-run",
                               .officer = demo_staff_of(world->nodes[i].place->party)[5].id,
                               .reason = "exercise: monthly erasing"};
        if (!demo_world_act(&world->nodes[i], &act, &result, err))
            return false;
    }
    return true;
}
