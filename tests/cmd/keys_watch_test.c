/*
 * Warnings ahead with a moved clock: every key of the table that has an end is said by the list, by `besa doctor`, by the
 * metrics and, a step at a time, by the running node's reports, 60, 30 and 7 days ahead or at a half, a quarter and a
 * tenth of a short life.
 */
#include "cmd/keys_watch.h"
#include "check.h"
#include "cmd/command.h"
#include "cmd/doctor.h"
#include "cmd/gauges.h"
#include "cmd/setup.h"
#include "cmd/support/node_home.h"

#include "base/attributes.h"
#include "crypto/cms.h"

#include <stdlib.h>
#include <unistd.h>

#define DAY_MS INT64_C(86400000)

const struct command commands[] = {{.name = NULL}};

static struct node_home home;
static int64_t made_ms;

/* The desk's and the institution's certificate beside the node's of 30 days: 90 days and five years. */
static void certificates_put(void)
{
    struct buffer key = buffer_make(PEM_SIZE_MAX), pem = buffer_make(PEM_SIZE_MAX);
    struct buffer desk_key = buffer_make(PEM_SIZE_MAX), desk = buffer_make(PEM_SIZE_MAX);
    struct span nothing = {NULL, 0};
    char path[HOME_PATH_SIZE];
    struct error err = {0};

    CHECK_OK(home_path(&home.home, "institution", path, &err) &&
                 env_real()->make_dir(env_real()->context, path, &err) &&
                 institution_make("Test", "Test", made_ms, 1826, nothing, &key, &pem, &err) &&
                 institution_issue_tls(buffer_span(&key), nothing, buffer_span(&pem),
                                       "desk.besa.invalid", made_ms, 90, &desk_key, &desk, &err) &&
                 setup_write(&home.home, HOME_INSTITUTION, buffer_span(&pem), &err) &&
                 setup_write(&home.home, HOME_DESK_KEY, buffer_span(&desk_key), &err) &&
                 setup_write(&home.home, HOME_DESK_CERTIFICATE, buffer_span(&desk), &err),
             err);
    buffer_free(&key);
    buffer_free(&pem);
    buffer_free(&desk_key);
    buffer_free(&desk);
}

/* One step: what is said when so many days are left, by each of the four. */
struct step {
    enum key_kind kind;
    int64_t life_days;
    int64_t left_days;
    enum key_level level;
    enum doctor_level doctor;
    const char *words; /* of the doctor's */
};

static const struct step steps[] = {
    {KEY_TLS, 30, 14, KEY_NOTICE, DOCTOR_NOTICE, "the TLS certificate ends in 14 days"},
    {KEY_TLS, 30, 7, KEY_ENDS_SOON, DOCTOR_WARNING, "the TLS certificate ends in 7 days"},
    {KEY_TLS, 30, 2, KEY_ENDS_NOW, DOCTOR_WARNING, "the TLS certificate ends in 2 days"},
    {KEY_TLS, 30, -1, KEY_ENDED, DOCTOR_FAILURE, "the TLS certificate has expired"},
    {KEY_DESK_TLS, 90, 44, KEY_NOTICE, DOCTOR_NOTICE, "the API's certificate ends in 44 days"},
    {KEY_DESK_TLS, 90, 20, KEY_ENDS_SOON, DOCTOR_WARNING, "the API's certificate ends in 20 days"},
    {KEY_DESK_TLS, 90, 8, KEY_ENDS_NOW, DOCTOR_WARNING, "the API's certificate ends in 8 days"},
    {KEY_DESK_TLS, 90, -1, KEY_ENDED, DOCTOR_FAILURE, "the API's certificate has expired"},
    {KEY_INSTITUTION, 1826, 60, KEY_NOTICE, DOCTOR_NOTICE,
     "the institution's certificate ends in 60 days"},
    {KEY_INSTITUTION, 1826, 30, KEY_ENDS_SOON, DOCTOR_WARNING,
     "the institution's certificate ends in 30 days"},
    {KEY_INSTITUTION, 1826, 7, KEY_ENDS_NOW, DOCTOR_WARNING,
     "the institution's certificate ends in 7 days"},
    {KEY_INSTITUTION, 1826, -1, KEY_ENDED, DOCTOR_FAILURE,
     "the institution's certificate has expired"},
};

/* At the end of a day: `left_days` is then what is shown. */
static int64_t time_of(const struct step *step)
{
    return made_ms + (step->life_days - step->left_days) * DAY_MS;
}

static bool list_says(const struct step *step)
{
    static struct key_warning warnings[KEY_WARNING_MAX];
    size_t count = keys_warnings(&home.home, time_of(step), warnings, KEY_WARNING_MAX);

    for (size_t i = 0; i < count; i++)
        if (warnings[i].kind == step->kind)
            return warnings[i].level == step->level;
    return false;
}

static bool doctor_says(const struct step *step)
{
    struct doctor *doctor = calloc(1, sizeof *doctor);
    struct doctor_machine machine = {.home = home.home.path,
                                     .config = &home.node->config,
                                     .proc = "/proc",
                                     .sys = "/sys",
                                     .now_ms = time_of(step)};
    bool said = false;

    doctor->check = "certificates";
    for (size_t i = 0; i < doctor_machine_row_count; i++)
        if (strcmp(doctor_machine_rows[i].name, "certificates") == 0)
            doctor_machine_rows[i].run(doctor, &machine);
    for (size_t i = 0; i < doctor->count; i++)
        said = said || (doctor->findings[i].level == step->doctor &&
                        strstr(doctor->findings[i].found, step->words) != NULL);
    free(doctor);
    return said;
}

static bool metrics_say(const struct step *step)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(METRICS_SIZE_MAX);
    char wanted[128];

    gauges_keys_write(&home.home, time_of(step), &text);
    buffer_byte(&text, '\0');
    snprintf(wanted, sizeof wanted, "besa_key_level{key=\"%s\"} %d\n", key_kinds[step->kind].name,
             step->level);
    return strstr((const char *)text.data, wanted) != NULL;
}

CHECK_TEST(list_doctor_and_metrics_warn_at_each_step)
{
    for (size_t i = 0; i < ARRAY_COUNT(steps); i++) {
        bool list = list_says(&steps[i]), doctor = doctor_says(&steps[i]),
             metrics = metrics_say(&steps[i]);
        if (!list || !doctor || !metrics)
            printf("%s, %d days left: list %d doctor %d metrics %d\n",
                   key_kinds[steps[i].kind].name, (int)steps[i].left_days, list, doctor, metrics);
        CHECK(list && doctor && metrics);
    }
}

/* --- what officers get, by acts as the API makes them --- */

static int64_t moved_ms;

static int64_t moved_now_ms(void *context)
{
    (void)context;
    return moved_ms;
}

static bool act_as(const char *officer, const char *act, struct buffer *out)
{
    static struct env moved;
    const struct env *kept = home.node->env;
    struct control_request request = {.act = span_text(act),
                                      .officer = span_text(officer),
                                      .reason = span_text("a test"),
                                      .arguments = span_text("{}")};
    struct error err = {0};

    moved = *kept;
    moved.now_ms = moved_now_ms;
    home.node->env = &moved;
    buffer_clear(out);
    bool ok = node_act(home.node, &request, true, out, NULL, &err);
    home.node->env = kept;
    if (!ok)
        printf("%s as %s: %s\n", act, officer, err.text);
    return ok && buffer_byte(out, '\0');
}

/* The row of `keys` or of `findings` that names it. */
static const char *row_find(const struct buffer *text, const char *words)
{
    static char row[1024];
    const char *at = strstr((const char *)text->data, words);

    if (at == NULL)
        return "";
    while (at > (const char *)text->data && *at != '{')
        at--;
    snprintf(row, sizeof row, "%.*s", (int)strcspn(at, "}"), at);
    return row;
}

CHECK_TEST(officers_see_over_the_api_which_key_ends_when_and_what_comes_next)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(1024 * 1024);
    char words[128];

    for (size_t i = 0; i < ARRAY_COUNT(steps); i++) {
        const struct step *step = &steps[i];
        const char *next = key_kinds[step->kind].rotated_by;
        moved_ms = time_of(step);
        CHECK_OR_RETURN(act_as("ana", "status", &text));
        snprintf(words, sizeof words, "\"key\":\"%s\"", key_kinds[step->kind].name);
        const char *row = row_find(&text, words);
        CHECK(strstr(row, key_level_names[step->level]) != NULL);
        CHECK(strstr(row, "\"ends\":\"20") != NULL);
        CHECK(strstr(row, next) != NULL);
        CHECK_OR_RETURN(act_as("ana", "doctor", &text));
        row = row_find(&text, step->words);
        snprintf(words, sizeof words, "\"level\":\"%s\"", doctor_level_names[step->doctor]);
        CHECK(strstr(row, words) != NULL);
        CHECK(strstr(row, "\"next\":\"") != NULL);
    }
}

CHECK_TEST(who_may_not_ask_the_doctor_is_told_of_no_key)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(1024 * 1024);
    struct control_request request = {
        .act = span_text("officer-put"),
        .officer = span_text("admin"),
        .reason = span_text("a test"),
        .arguments = span_text("{\"id\":\"vasile\",\"name\":\"Test\",\"unit\":\"desk\","
                               "\"role\":\"investigator\"}")};
    struct error err = {0};

    CHECK_OK(node_act(home.node, &request, true, &text, NULL, &err), err);
    moved_ms = time_of(&steps[0]);
    CHECK_OR_RETURN(act_as("vasile", "status", &text));
    CHECK(strstr((const char *)text.data, "\"keys\"") == NULL);
    CHECK(strstr((const char *)text.data, "\"alarms\"") != NULL);
    CHECK_OR_RETURN(act_as("admin", "status", &text));
    CHECK(strstr((const char *)text.data, "\"keys\"") != NULL);
}

/* The command looks by itself, and hears the same from the node: each finding stands once. */
CHECK_TEST(a_finding_that_both_make_stands_once)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(1024 * 1024);
    struct json_writer out = json_writer_make(&text);
    struct doctor *doctor = calloc(1, sizeof *doctor);
    struct error err = {0};

    CHECK_OR_RETURN(doctor != NULL);
    doctor->check = "certificates";
    doctor_find(doctor, DOCTOR_WARNING, "renew it", "the TLS certificate ends in 3 days");
    CHECK(doctor_write(doctor, &out));
    CHECK_OK(doctor_read(doctor, buffer_span(&text), &err), err);
    CHECK_INT(doctor->count, 1);
    doctor->findings[0].check[0] = 'C';
    CHECK_OK(doctor_read(doctor, buffer_span(&text), &err), err);
    CHECK_INT(doctor->count, 2);
    free(doctor);
}

static size_t told(struct keys_watch *watch, int64_t days, enum key_kind kind,
                   struct key_warning *out)
{
    static struct key_warning risen[KEY_WARNING_MAX];
    size_t count =
        keys_watch_look(watch, &home.home, made_ms + days * DAY_MS, risen, KEY_WARNING_MAX);
    size_t found = 0;

    for (size_t i = 0; i < count; i++)
        if (risen[i].kind == kind) {
            found++;
            *out = risen[i];
        }
    return found;
}

CHECK_TEST(the_running_node_says_each_step_once)
{
    static const struct {
        int64_t day;
        enum key_level level; /* KEY_GOOD: nothing is said */
    } days[] = {{0, KEY_GOOD},       {14, KEY_GOOD}, {16, KEY_NOTICE},   {17, KEY_GOOD},
                {23, KEY_ENDS_SOON}, {24, KEY_GOOD}, {28, KEY_ENDS_NOW}, {29, KEY_GOOD},
                {31, KEY_ENDED},     {32, KEY_GOOD}};
    struct keys_watch *watch = calloc(1, sizeof *watch);
    struct key_warning warning = {.level = KEY_GOOD};

    for (size_t i = 0; i < ARRAY_COUNT(days); i++) {
        size_t count = told(watch, days[i].day, KEY_TLS, &warning);
        CHECK_INT(count, days[i].level == KEY_GOOD ? 0 : 1);
        CHECK(count == 0 || warning.level == days[i].level);
    }
    CHECK(strstr(warning.text, "besa keys tls renew") != NULL);
    /* Renewed, it is silent and warns anew in its time. */
    CHECK_INT(told(watch, 0, KEY_TLS, &warning), 0);
    CHECK_INT(told(watch, 23, KEY_TLS, &warning), 1);
    free(watch);
}

int main(void)
{
    node_home_make(&home);
    made_ms = env_real()->now_ms(env_real()->context) / 1000 * 1000; /* as certificates count */
    node_home_tls(&home);
    certificates_put();
    CHECK_RUN(list_doctor_and_metrics_warn_at_each_step);
    CHECK_RUN(officers_see_over_the_api_which_key_ends_when_and_what_comes_next);
    CHECK_RUN(who_may_not_ask_the_doctor_is_told_of_no_key);
    CHECK_RUN(a_finding_that_both_make_stands_once);
    CHECK_RUN(the_running_node_says_each_step_once);
    node_home_free(&home);
    return check_end();
}
