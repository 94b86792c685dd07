/* The demonstration's year: see demo_year.h. What a case does and when is drawn first; then all of it is done in order. */
#include "cmd/demo_year.h"

#include "base/attributes.h"
#include "base/buffer.h"
#include "cmd/demo_case.h"
#include "cmd/demo_names.h"
#include "cmd/demo_run.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOUR_MS   INT64_C(3600000)
#define DAY_MS    (24 * HOUR_MS)
#define EVENT_MAX (DEMO_CASES_MAX * DEMO_STEP_COUNT + 200u)

/* --- who works there --- */

static const struct demo_staff staff_ro[] = {
    {"sanda-bradean", "Sanda Brădean", "duty_officer", "spoc-1"},
    {"tudor-magureanu", "Tudor Măgureanu", "duty_officer", "spoc-1"},
    {"livia-corbescu", "Livia Corbescu", "investigator", "migration"},
    {"matei-ulmaru", "Matei Ulmaru", "investigator", "organised-crime"},
    {"oana-izvoreanu", "Oana Izvoreanu", "analyst", "analysis"},
    {"dorin-salcean", "Dorin Sălcean", "head_of_desk", "spoc-1"},
    {"ileana-soimescu", "Ileana Șoimescu", "signatory", "ministry"},
    {"victor-pietrean", "Victor Pietrean", "dpo", "data-protection"},
    {"nadia-plopescu", "Nadia Plopescu", "auditor", "audit"},
    {"emil-zavoiu", "Emil Zăvoiu", "supervisory_authority", "authority"},
    {"corina-muntelean", "Corina Muntelean", "security_officer", "it"},
    {NULL, NULL, NULL, NULL}};
static const struct demo_staff staff_al[] = {
    {"genta-krojani", "Genta Krojani", "duty_officer", "spoc-1"},
    {"altin-maljaj", "Altin Maljaj", "duty_officer", "spoc-1"},
    {"fatime-gurraj", "Fatime Gurraj", "investigator", "migration"},
    {"sokol-prendushi", "Sokol Prendushi", "investigator", "organised-crime"},
    {"rea-dushkolli", "Rea Dushkolli", "analyst", "analysis"},
    {"flamur-zefani", "Flamur Zefani", "head_of_desk", "spoc-1"},
    {"bora-thellaj", "Bora Thellaj", "signatory", "ministry"},
    {"ndue-rrapoku", "Ndue Rrapoku", "dpo", "data-protection"},
    {"jonida-celaj", "Jonida Çelaj", "auditor", "audit"},
    {"kreshnik-xhindi", "Kreshnik Xhindi", "supervisory_authority", "authority"},
    {"ina-markolli", "Ina Markolli", "security_officer", "it"},
    {NULL, NULL, NULL, NULL}};
static const struct demo_staff staff_gr[] = {
    {"dora-melitou", "Dora Melitou", "duty_officer", "spoc-1"},
    {"stelios-kalogidis", "Stelios Kalogidis", "duty_officer", "spoc-1"},
    {"ioanna-thaleas", "Ioanna Thalea", "investigator", "migration"},
    {"makis-argyrakis", "Makis Argyrakis", "investigator", "organised-crime"},
    {"nefeli-stavrea", "Nefeli Stavrea", "analyst", "analysis"},
    {"takis-karalidis", "Takis Karalidis", "head_of_desk", "spoc-1"},
    {NULL, NULL, NULL, NULL}};

const struct demo_staff *demo_staff_of(const char *party)
{
    return strcmp(party, "ro") == 0 ? staff_ro : strcmp(party, "al") == 0 ? staff_al : staff_gr;
}

static bool staff_enter(struct demo_node *node, const struct demo_staff *staff, struct error *err)
{
    struct result *result CLEANUP(result_free) = NULL;
    struct buffer arguments CLEANUP(buffer_free) = buffer_make(1024);
    struct json_writer out = json_writer_make(&arguments);
    struct demo_act act = {
        .name = "officer-put", .officer = node->place->admin, .reason = "installation"};

    json_begin_object(&out);
    json_string_field(&out, "id", staff->id);
    json_string_field(&out, "name", staff->name);
    json_string_field(&out, "unit", staff->unit);
    json_string_field(&out, "role", staff->role);
    json_end_object(&out);
    act.arguments = buffer_span(&arguments);
    return demo_world_act(node, &act, &result, err);
}

static bool people_enter(struct demo_world *world, struct error *err)
{
    for (size_t i = 0; i < world->count; i++) {
        const struct place *place = world->nodes[i].place;
        const struct demo_staff first[] = {
            {place->officer, place->officer_name, "investigator", place->unit},
            {place->approver, place->approver_name, "approver", place->unit}};
        for (size_t k = 0; k < ARRAY_COUNT(first); k++)
            if (!staff_enter(&world->nodes[i], &first[k], err))
                return false;
        for (const struct demo_staff *one = demo_staff_of(place->party); one->id != NULL; one++)
            if (!staff_enter(&world->nodes[i], one, err))
                return false;
    }
    return true;
}

/* --- the own index --- */

bool demo_people_write(const char *path, uint64_t seed, const char *party, struct error *err)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(1024 * 1024);
    struct demo_cast cast;

    demo_cast_make(seed, &cast);
    buffer_text(&text, "external;family;given;father;sex;birth_date;birth_place;nationality;"
                       "passport;phone;category\n");
    for (size_t i = 0; i < DEMO_CAST_SIZE; i++) {
        const struct demo_person *one = &cast.people[i];
        /* A register knows its own people, and some of those next door. */
        bool is_own = strncasecmp(one->country, party, 2) == 0;
        if (!is_own && i % 3 != 0)
            continue;
        buffer_format(&text, "%s-%zu;%s;%s;%s;%s;%s;%s;%s;%s:%s;%s;%s\n", party, i + 1, one->family,
                      one->given, one->father, one->is_woman ? "female" : "male", one->born,
                      one->place, one->country, one->country, one->document, one->phone,
                      i % 4 == 0 ? "convicted" : "suspect");
    }
    return !text.failed ? env_write_file(env_real(), path, buffer_span(&text), err)
                        : error_set(err, ERROR_LIMIT, "the list of people does not fit");
}

/* --- the order of things --- */

struct event {
    int64_t at_ms;
    size_t number; /* of the case, or of the shift */
    enum demo_step step;
};

struct year {
    struct demo_world *world;
    struct demo_case *cases;
    size_t count;
    struct event *events;
    size_t event_count;
    int64_t begins_ms;
    int64_t ends_ms; /* the present */
};

static int event_order(const void *a, const void *b)
{
    const struct event *left = a, *right = b;

    if (left->at_ms != right->at_ms)
        return left->at_ms < right->at_ms ? -1 : 1;
    if (left->number != right->number)
        return left->number < right->number ? -1 : 1;
    return (int)left->step - (int)right->step;
}

static void event_add(struct year *year, int64_t at_ms, size_t number, enum demo_step step)
{
    if (at_ms > 0 && at_ms < year->ends_ms && year->event_count < EVENT_MAX)
        year->events[year->event_count++] = (struct event){at_ms, number, step};
}

/* Two shifts of each week are handed over in writing; once a month what is due is erased. */
static void routine_draw(struct year *year)
{
    size_t number = 0;

    for (int64_t day = 3; day < 365; day += 7)
        event_add(year, year->begins_ms + day * DAY_MS + 16 * HOUR_MS, number++, DEMO_STEP_SHIFT);
    for (int64_t day = 30; day < 365; day += 30)
        event_add(year, year->begins_ms + day * DAY_MS + 2 * HOUR_MS, number++, DEMO_STEP_ERASE);
}

static bool year_draw(struct year *year, uint64_t seed, struct error *err)
{
    struct demo_cast cast;

    demo_cast_make(seed, &cast);
    for (size_t i = 0; i < year->count; i++) {
        demo_case_draw(seed, i, year->count, &cast, year->begins_ms, &year->cases[i]);
        for (size_t step = 0; step < DEMO_STEP_COUNT; step++)
            event_add(year, year->cases[i].at_ms[step], i, (enum demo_step)step);
    }
    routine_draw(year);
    if (year->event_count == EVENT_MAX)
        return error_set(err, ERROR_BUG, "the year has more than %u events", EVENT_MAX);
    qsort(year->events, year->event_count, sizeof *year->events, event_order);
    return true;
}

/* --- living it --- */

static bool step_do(struct year *year, const struct event *event, struct error *err)
{
    if (event->step == DEMO_STEP_SHIFT)
        return demo_shift_do(year->world, event->number, err);
    if (event->step == DEMO_STEP_ERASE)
        return demo_erase_do(year->world, err);
    return demo_case_do(year->world, &year->cases[event->number], event->step, err) ||
           error_add(err, "case %s", year->cases[event->number].number[0]);
}

static bool events_do(struct year *year,
                      void (*told)(const char *month, size_t cases, uint64_t acts),
                      struct error *err)
{
    char month[TIME_TEXT_SIZE] = "";
    size_t cases = 0;

    for (size_t i = 0; i < year->event_count; i++) {
        const struct event *event = &year->events[i];
        char at[TIME_TEXT_SIZE];
        time_write(event->at_ms, at);
        if (told != NULL && month[0] != '\0' && strncmp(at, month, 7) != 0)
            told(month, cases, year->world->acts);
        snprintf(month, sizeof month, "%.7s", at);
        demo_clock_to(event->at_ms);
        if (demo_is_interrupted)
            return error_set(err, ERROR_BUSY, "interrupted");
        if (!step_do(year, event, err) ||
            (demo_step_crosses(event->step) && !demo_world_settle(year->world, err)))
            return error_add(err, "on %.16s", at);
        cases += event->step == DEMO_STEP_OPEN;
    }
    if (told != NULL)
        told(month, cases, year->world->acts);
    return true;
}

bool demo_year_live(struct demo_world *world, uint64_t seed, size_t count,
                    void (*told)(const char *month, size_t cases, uint64_t acts), struct error *err)
{
    struct year year = {.world = world,
                        .count = count < DEMO_CASES_MAX ? count : DEMO_CASES_MAX,
                        .cases = calloc(DEMO_CASES_MAX, sizeof *year.cases),
                        .events = calloc(EVENT_MAX, sizeof *year.events),
                        .begins_ms = demo_now_ms()};

    year.ends_ms = year.begins_ms + DEMO_YEAR_MS - HOUR_MS;
    bool ok =
        (year.cases != NULL && year.events != NULL) || error_set(err, ERROR_LIMIT, "out of memory");
    ok = ok && people_enter(world, err) && year_draw(&year, seed, err) &&
         events_do(&year, told, err);
    free(year.cases);
    free(year.events);
    return ok;
}
