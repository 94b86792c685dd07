/*
 * `besa demo`: two training nodes on this machine, one in Bucharest and one in Tirana, and one request with its answer
 * between them, shown as it happens. Everything goes the way that real nodes go: the same commands, two processes, TLS on
 * the loopback. DEMO=scripted verifies each step and ends; FRESH=1 starts anew.
 */
#include "cmd/books.h"
#include "cmd/command.h"
#include "cmd/demo_data.h"
#include "cmd/demo_run.h"
#include "cmd/node.h"
#include "cmd/session.h"

#include "base/attributes.h"
#include "base/text.h"
#include "store/schema.h"

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEMO_DIRECTORY "build/demo"
#define PATH_SIZE      512
#define RESULT_SIZE    CONTROL_REPLY_SIZE_MAX
#define WAIT_MS        60000 /* for one step between the nodes */
#define LARGE_WAIT_MS  300000
#define POLL_MS        100
#define ID_SIZE        UUID_TEXT_SIZE
#define CASE_RO        "RO-EXERCISE-7"
#define CASE_AL        "AL-EXERCISE-7"

/* One of the two nodes, and who works there. */
struct place {
    const char *party;
    const char *city;
    const char *institution;
    const char *contact;
    const char *admin;
    const char *admin_name;
    const char *officer;
    const char *officer_name;
    const char *approver;
    const char *approver_name;
    const char *unit;
    const char *case_number;
    char home[PATH_SIZE];
    pid_t pid;
};

struct demo {
    struct options *options;
    struct place ro, al;
    bool is_scripted;
    bool is_new;
    char reference[32];
    char request[ID_SIZE]; /* ids of the two messages, the same on both nodes */
    char answer[ID_SIZE];
    char uploads[2][2 * 16 + 1];
    uint8_t sha256[2][DIGEST_SIZE];
    char received[TIME_TEXT_SIZE];
};

static volatile sig_atomic_t is_interrupted;

static void interrupt(int number)
{
    (void)number;
    is_interrupted = 1;
}

static int64_t now_ms(void)
{
    return env_real()->now_ms(env_real()->context);
}

static int64_t clock_ms(void)
{
    return env_real()->monotonic_ms(env_real()->context);
}

/* "14:02:07  Tirana     text" */
static void say(const struct place *place, const char *format, ...) PRINTF_LIKE(2, 3);
static void say(const struct place *place, const char *format, ...)
{
    char now[TIME_TEXT_SIZE];
    va_list list;

    time_write(now_ms(), now);
    printf("%.8s  %-10s ", now + 11, place == NULL ? "" : place->city);
    va_start(list, format);
    vprintf(format, list);
    va_end(list);
    putchar('\n');
    fflush(stdout);
}

/* --- asking a node --- */

/* A result being read: fields may be asked for, unknown ones are passed over. */
struct result {
    struct buffer text;
    struct json *json;
    struct arena arena;
    struct problems problems;
    struct json_object object;
};

static void result_free(struct result **result)
{
    if (*result == NULL)
        return;
    json_free(&(*result)->json);
    arena_free(&(*result)->arena);
    buffer_free(&(*result)->text);
    free(*result);
    *result = NULL;
}

static struct result *result_make(struct error *err)
{
    struct result *result = calloc(1, sizeof *result);

    if (result == NULL) {
        error_set(err, ERROR_LIMIT, "out of memory");
        return NULL;
    }
    result->text = buffer_make(RESULT_SIZE);
    result->arena = arena_make(RESULT_SIZE);
    return result;
}

/* A list is read as the field `list` of an object. */
static bool result_parse(struct result *result, struct error *err)
{
    struct buffer whole CLEANUP(buffer_free) = buffer_make(RESULT_SIZE + 64);
    struct span text = buffer_span(&result->text);
    bool is_list = text.size > 0 && text.data[0] == '[';

    buffer_text(&whole, is_list ? "{\"list\":" : "");
    buffer_add(&whole, text);
    buffer_text(&whole, is_list ? "}" : "");
    if (!json_parse(buffer_span(&whole), &result->json, err))
        return false;
    json_object_begin(&result->object, json_root(result->json), &result->arena, &result->problems);
    return true;
}

struct asking {
    const char *officer;
    const char *approver;
    const char *reason;
    const char *act;
    struct span arguments;
    struct span body;
    int fd;
};

static bool place_ask(const struct place *place, const struct asking *asking,
                      struct result **result, struct error *err)
{
    struct options options = {.home = place->home,
                              .officer = asking->officer,
                              .approver = asking->approver,
                              .reason = asking->reason == NULL ? "exercise" : asking->reason,
                              .case_number = place->case_number,
                              .is_json = true};
    struct problems problems = {.count = 0};
    struct session session = {.options = &options};

    result_free(result);
    *result = result_make(err);
    bool ok = *result != NULL && session_open(&options, &session, err) &&
              session_ask(&session, asking->act,
                          asking->arguments.size == 0 ? span_text("{}") : asking->arguments,
                          asking->body, asking->fd, NULL, &(*result)->text, &problems, err);
    session_close(&session);
    if (!ok && problems.count > 0)
        problems_to_error(&problems, err);
    return (ok && result_parse(*result, err)) || error_add(err, "%s, %s", place->city, asking->act);
}

static bool item_show(const struct place *place, const char *item, struct result **result,
                      struct error *err)
{
    struct buffer arguments CLEANUP(buffer_free) = buffer_make(256);

    buffer_format(&arguments, "{\"item\":\"%s\"}", item);
    struct asking asking = {.officer = place->officer,
                            .act = "item-show",
                            .arguments = buffer_span(&arguments),
                            .fd = -1};
    return place_ask(place, &asking, result, err);
}

/* A text field copied out; false when it is not there. */
static bool field_copy(struct json_object *object, const char *name, char *out, size_t size)
{
    if (!json_has(object, name))
        return false;
    struct span text = json_get_text_optional(object, name, size - 1);
    snprintf(out, size, "%.*s", SPAN_ARG(text));
    return text.size > 0;
}

/* Asks again and again until `is_so`, or the step's time is over. */
static bool wait_until(struct demo *demo, bool (*is_so)(struct demo *demo, struct error *err),
                       int64_t timeout_ms, const char *what, struct error *err)
{
    int64_t end = clock_ms() + timeout_ms;

    while (!is_interrupted) {
        error_clear(err);
        if (is_so(demo, err))
            return true;
        if (err->kind != ERROR_NONE && err->kind != ERROR_MISSING && err->kind != ERROR_BUSY)
            return false;
        if (!run_is_alive(&demo->ro.pid) || !run_is_alive(&demo->al.pid))
            return error_set(err, ERROR_LINK, "a node ended; see %s/*.log", DEMO_DIRECTORY);
        if (clock_ms() > end)
            return error_set(err, ERROR_LINK, "%s: not within %" PRId64 " s", what,
                             timeout_ms / 1000);
        run_sleep_ms(POLL_MS);
    }
    return error_set(err, ERROR_BUSY, "interrupted");
}

/* --- setting up: the commands of the first hour, as a person types them --- */

/* Runs one command and, with `field`, copies that field of its result. */
static bool typed(const char *const *words, const char *field, char *out, size_t size,
                  struct error *err)
{
    struct result *result CLEANUP(result_free) = result_make(err);

    printf("          $ besa");
    for (size_t i = 0; words[i] != NULL; i++)
        if (strcmp(words[i], "--json") != 0)
            printf(strchr(words[i], ' ') == NULL ? " %s" : " \"%s\"", words[i]);
    printf("\n");
    if (result == NULL || !run_besa(words, &result->text, err))
        return false;
    if (field == NULL)
        return true;
    return (result_parse(result, err) && field_copy(&result->object, field, out, size)) ||
           error_set(err, ERROR_BUG, "`besa` said no %s", field);
}

static bool place_init(const struct place *place, unsigned port, struct error *err)
{
    char listen[64];

    snprintf(listen, sizeof listen, "127.0.0.1:%u", port);
    const char *words[] = {"--json",           "--home",
                           place->home,        "--officer",
                           place->admin,       "--reason",
                           "installation",     "init",
                           "--party",          place->party,
                           "--listen",         listen,
                           "--contact",        place->contact,
                           "--officer-name",   place->admin_name,
                           "--training",       "--make-institution",
                           place->institution, "--desk-listen",
                           "127.0.0.1:0",      NULL};
    return typed(words, NULL, NULL, 0, err);
}

static bool place_export(const struct place *place, char fingerprint[64], struct error *err)
{
    char file[PATH_SIZE], secret[PATH_SIZE];

    snprintf(file, sizeof file, "%s/%s.pairing", DEMO_DIRECTORY, place->party);
    snprintf(secret, sizeof secret, "%s/%s.secret", DEMO_DIRECTORY, place->party);
    const char *words[] = {"--json", "--home",   place->home, "pair", "export",
                           file,     "--secret", secret,      NULL};
    if (!typed(words, "fingerprint", fingerprint, 64, err))
        return false;
    say(place, "reads its fingerprint over the telephone: %s", fingerprint);
    return true;
}

static bool place_import(const struct place *place, const struct place *partner,
                         const char *fingerprint, struct error *err)
{
    char file[PATH_SIZE], secret[PATH_SIZE];

    snprintf(file, sizeof file, "%s/%s.pairing", DEMO_DIRECTORY, partner->party);
    snprintf(secret, sizeof secret, "%s/%s.secret", DEMO_DIRECTORY, partner->party);
    const char *words[] = {"--json",        "--home",    place->home, "--officer", place->admin,
                           "--reason",      "pairing",   "pair",      "import",    file,
                           "--fingerprint", fingerprint, "--secret",  secret,      NULL};
    return typed(words, NULL, NULL, 0, err);
}

static bool agreement_make(struct demo *demo, struct error *err)
{
    static const char draft[] = DEMO_DIRECTORY "/ro-al.json";
    static const char once[] = DEMO_DIRECTORY "/ro-al.signed-once";
    static const char both[] = DEMO_DIRECTORY "/ro-al.agreement";
    const char *draft_words[] = {"--json",    "--home", demo->ro.home, "agreement", "draft",
                                 "--partner", "al",     draft,         NULL};
    const char *sign_words[] = {"--json", "--home",   demo->ro.home, "agreement", "sign",
                                draft,    "--output", once,          NULL};
    const char *countersign_words[] = {"--json",    "--home",      demo->al.home,
                                       "agreement", "countersign", once,
                                       "--output",  both,          NULL};

    if (!typed(draft_words, NULL, NULL, 0, err) || !typed(sign_words, NULL, NULL, 0, err) ||
        !typed(countersign_words, NULL, NULL, 0, err))
        return false;
    const struct place *places[] = {&demo->ro, &demo->al};
    for (size_t i = 0; i < ARRAY_COUNT(places); i++) {
        const char *words[] = {"--json",
                               "--home",
                               places[i]->home,
                               "--officer",
                               places[i]->admin,
                               "--reason",
                               "agreement signed by both",
                               "agreement",
                               "import",
                               both,
                               NULL};
        if (!typed(words, NULL, NULL, 0, err))
            return false;
    }
    return true;
}

/* The secret halves have done their work. */
static bool secrets_remove(struct error *err)
{
    return run_remove(DEMO_DIRECTORY "/ro.secret", err) &&
           run_remove(DEMO_DIRECTORY "/al.secret", err);
}

static bool step_homes(struct demo *demo, struct error *err)
{
    static const char ready[] = DEMO_DIRECTORY "/ready";
    const struct env *env = env_real();
    const char *fresh = getenv("FRESH");
    char fingerprints[2][64];
    unsigned ports[2];

    if (((fresh != NULL && strcmp(fresh, "1") == 0) || !run_exists(ready)) &&
        !run_remove(DEMO_DIRECTORY, err))
        return false;
    demo->is_new = !run_exists(ready);
    if (!demo->is_new)
        return true;
    if (!env->make_dir(env->context, "build", err) ||
        !env->make_dir(env->context, DEMO_DIRECTORY, err) || !run_free_ports(ports, 2, err) ||
        !place_init(&demo->ro, ports[0], err) || !place_init(&demo->al, ports[1], err) ||
        !place_export(&demo->ro, fingerprints[0], err) ||
        !place_export(&demo->al, fingerprints[1], err) ||
        !place_import(&demo->ro, &demo->al, fingerprints[1], err) ||
        !place_import(&demo->al, &demo->ro, fingerprints[0], err) || !secrets_remove(err) ||
        !agreement_make(demo, err))
        return false;
    return env_write_file(env, ready, span_text("two training nodes\n"), err);
}

/* --- running --- */

static bool place_start(struct place *place, struct error *err)
{
    char log[PATH_SIZE];
    const char *words[] = {"--home", place->home, "serve", NULL};

    snprintf(log, sizeof log, "%s/%s.log", DEMO_DIRECTORY, place->party);
    return run_start(words, log, &place->pid, err);
}

static bool is_answering(const struct place *place)
{
    struct home home;
    struct error ignored = {0};
    return home_find(place->home, &home, &ignored) && control_is_running(&home);
}

static bool nodes_answer(struct demo *demo, struct error *err)
{
    (void)err;
    return is_answering(&demo->ro) && is_answering(&demo->al);
}

static bool step_start(struct demo *demo, struct error *err)
{
    if (!place_start(&demo->ro, err) || !place_start(&demo->al, err) ||
        !wait_until(demo, nodes_answer, WAIT_MS, "starting both nodes", err))
        return false;
    say(&demo->ro, "node runs (process %d)", (int)demo->ro.pid);
    say(&demo->al, "node runs (process %d)", (int)demo->al.pid);
    return true;
}

static bool officer_put(const struct place *place, const char *id, const char *name,
                        const char *role, struct error *err)
{
    struct result *result CLEANUP(result_free) = NULL;
    struct buffer arguments CLEANUP(buffer_free) = buffer_make(1024);
    struct json_writer out = json_writer_make(&arguments);

    json_begin_object(&out);
    json_string_field(&out, "id", id);
    json_string_field(&out, "name", name);
    json_string_field(&out, "unit", place->unit);
    json_string_field(&out, "role", role);
    json_end_object(&out);
    struct place without_case = *place;
    without_case.case_number = NULL;
    struct asking asking = {.officer = place->admin,
                            .reason = "installation",
                            .act = "officer-put",
                            .arguments = buffer_span(&arguments),
                            .fd = -1};
    return place_ask(&without_case, &asking, &result, err);
}

static bool case_put(const struct place *place, struct error *err)
{
    struct result *result CLEANUP(result_free) = NULL;
    struct buffer arguments CLEANUP(buffer_free) = buffer_make(1024);

    buffer_format(&arguments, "{\"number\":\"%s\",\"title\":\"Exercise: van near Calafat\"}",
                  place->case_number);
    struct place without_case = *place;
    without_case.case_number = NULL;
    struct asking asking = {.officer = place->officer,
                            .reason = "exercise",
                            .act = "case-put",
                            .arguments = buffer_span(&arguments),
                            .fd = -1};
    return place_ask(&without_case, &asking, &result, err);
}

/* Where the API is; its port was any free one. */
static bool api_say(const struct place *place, struct error *err)
{
    struct result *result CLEANUP(result_free) = NULL;
    struct place without_case = *place;

    without_case.case_number = NULL;
    struct asking asking = {
        .officer = place->admin, .reason = "installation", .act = "status", .fd = -1};
    if (!place_ask(&without_case, &asking, &result, err))
        return false;
    int64_t port = json_get_integer_optional(&result->object, "desk_port", 1, UINT16_MAX, 0);
    if (port > 0)
        say(place, "API at https://127.0.0.1:%d/ (log in after `besa officer password ID`)",
            (int)port);
    return true;
}

static bool step_people(struct demo *demo, struct error *err)
{
    const struct place *places[] = {&demo->ro, &demo->al};

    for (size_t i = 0; i < ARRAY_COUNT(places); i++)
        if (!api_say(places[i], err))
            return false;
    if (!demo->is_new)
        return true;
    for (size_t i = 0; i < ARRAY_COUNT(places); i++)
        if (!officer_put(places[i], places[i]->officer, places[i]->officer_name, "investigator",
                         err) ||
            !officer_put(places[i], places[i]->approver, places[i]->approver_name, "approver",
                         err) ||
            !case_put(places[i], err))
            return false;
    return true;
}

/* --- the request --- */

static bool upload(struct demo *demo, size_t at, const char *path, const char *name,
                   struct error *err)
{
    struct result *result CLEANUP(result_free) = NULL;
    struct buffer arguments CLEANUP(buffer_free) = buffer_make(1024);
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return error_set(err, ERROR_STORE, "%s cannot be opened", path);
    buffer_format(&arguments, "{\"name\":\"%s\"}", name);
    struct asking asking = {.officer = demo->ro.officer,
                            .act = "upload",
                            .arguments = buffer_span(&arguments),
                            .fd = fd};
    bool ok = place_ask(&demo->ro, &asking, &result, err) &&
              (field_copy(&result->object, "upload", demo->uploads[at], sizeof demo->uploads[at]) ||
               error_set(err, ERROR_BUG, "an upload has no name"));
    close(fd);
    return ok;
}

static bool step_attach(struct demo *demo, struct error *err)
{
    static const char small[] = DEMO_DIRECTORY "/statement.txt";
    static const char large[] = DEMO_DIRECTORY "/camera.bin";

    if (!run_remove(large, err) || !demo_statement_write(small, demo->sha256[0], err) ||
        !demo_large_write(large, demo->sha256[1], err) ||
        !upload(demo, 0, small, "statement.txt", err) || !upload(demo, 1, large, "camera.bin", err))
        return false;
    say(&demo->ro, "two attachments sealed: statement.txt and camera.bin (%" PRId64 " MiB)",
        DEMO_LARGE_SIZE / 1048576);
    return true;
}

static bool step_send(struct demo *demo, struct error *err)
{
    struct result *result CLEANUP(result_free) = NULL;
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct buffer arguments CLEANUP(buffer_free) = buffer_make(1024);

    snprintf(demo->reference, sizeof demo->reference, "RO-EXERCISE-%" PRId64, now_ms() % 1000000);
    buffer_format(&arguments, "{\"attachments\":[\"%s\",\"%s\"]}", demo->uploads[0],
                  demo->uploads[1]);
    struct asking asking = {.officer = demo->ro.officer,
                            .act = "request-send",
                            .arguments = buffer_span(&arguments),
                            .fd = -1};
    if (!demo_request(demo->reference, now_ms(), &body, err))
        return false;
    asking.body = buffer_span(&body);
    if (!place_ask(&demo->ro, &asking, &result, err))
        return false;
    if (!field_copy(&result->object, "item", demo->request, sizeof demo->request))
        return error_set(err, ERROR_BUG, "the request has no id");
    say(&demo->ro, "%s sends urgent request %s to Tirana", demo->ro.officer_name, demo->reference);
    return true;
}

/* The receipt's time as a node shows it. */
static bool receipt_of(const struct place *place, const char *item, char time[TIME_TEXT_SIZE],
                       struct error *err)
{
    struct result *result CLEANUP(result_free) = NULL;
    struct json_object receipt;

    return item_show(place, item, &result, err) &&
           json_get_child_optional(&result->object, "receipt", &receipt) &&
           field_copy(&receipt, "time", time, TIME_TEXT_SIZE);
}

static bool request_is_received(struct demo *demo, struct error *err)
{
    return receipt_of(&demo->ro, demo->request, demo->received, err);
}

static bool step_receipt(struct demo *demo, struct error *err)
{
    if (!wait_until(demo, request_is_received, WAIT_MS, "the receipt", err))
        return false;
    say(&demo->ro, "received %.8s by Tirana (its signed receipt, checked here)",
        demo->received + 11);
    return true;
}

/* --- in Tirana --- */

/* The row of Tirana's queue, before anybody opens it. */
static bool inbox_find(struct demo *demo, char received[TIME_TEXT_SIZE], char due[TIME_TEXT_SIZE],
                       struct error *err)
{
    struct result *result CLEANUP(result_free) = NULL;
    struct asking asking = {.officer = demo->al.officer, .act = "inbox-list", .fd = -1};

    if (!place_ask(&demo->al, &asking, &result, err))
        return false;
    struct json_list list = json_get_array(&result->object, "list", 0, DESK_LIST_MAX);
    for (size_t i = 0; i < list.count; i++) {
        struct json_object row;
        char item[ID_SIZE];
        if (json_array_object(&list, i, &row) && field_copy(&row, "item", item, sizeof item) &&
            strcmp(item, demo->request) == 0)
            return field_copy(&row, "received", received, TIME_TEXT_SIZE) &&
                   field_copy(&row, "due", due, TIME_TEXT_SIZE);
    }
    return error_set(err, ERROR_MISSING, "the request is not in Tirana's queue yet");
}

static bool request_is_in_inbox(struct demo *demo, struct error *err)
{
    char received[TIME_TEXT_SIZE], due[TIME_TEXT_SIZE];

    if (!inbox_find(demo, received, due, err))
        return false;
    if (strcmp(received, demo->received) != 0)
        return error_set(err, ERROR_CONFLICT, "Tirana shows receipt %s, Bucharest %s", received,
                         demo->received);
    say(&demo->al, "received %.8s; the answer is due %.10s %.8s: the same clock on both sides",
        received + 11, due, due + 11);
    return true;
}

static bool step_inbox(struct demo *demo, struct error *err)
{
    return wait_until(demo, request_is_in_inbox, WAIT_MS, "Tirana's queue", err);
}

static bool step_open(struct demo *demo, struct error *err)
{
    struct result *result CLEANUP(result_free) = NULL;

    if (!item_show(&demo->al, demo->request, &result, err))
        return false;
    say(&demo->al, "%s opens it, under case %s; the access is on record", demo->al.officer_name,
        demo->al.case_number);
    return true;
}

static bool step_assign(struct demo *demo, struct error *err)
{
    struct result *result CLEANUP(result_free) = NULL;
    struct buffer arguments CLEANUP(buffer_free) = buffer_make(256);

    buffer_format(&arguments, "{\"item\":\"%s\",\"unit\":\"border-3\"}", demo->request);
    struct asking asking = {.officer = demo->al.officer,
                            .act = "assign",
                            .arguments = buffer_span(&arguments),
                            .fd = -1};
    if (!place_ask(&demo->al, &asking, &result, err))
        return false;
    say(&demo->al, "assigned to unit border-3");
    return true;
}

/* True when the timeline of our request in Bucharest has an event of this kind; `item`: its id, where it has one. */
static bool timeline_has(struct demo *demo, const char *what, char *item, char at[TIME_TEXT_SIZE],
                         struct error *err)
{
    struct result *result CLEANUP(result_free) = NULL;

    if (!item_show(&demo->ro, demo->request, &result, err))
        return false;
    struct json_list list = json_get_array(&result->object, "timeline", 0, DESK_LIST_MAX);
    for (size_t i = 0; i < list.count; i++) {
        struct json_object row;
        char kind[32];
        if (!json_array_object(&list, i, &row) || !field_copy(&row, "what", kind, sizeof kind) ||
            strcmp(kind, what) != 0)
            continue;
        return field_copy(&row, "at", at, TIME_TEXT_SIZE) &&
               (item == NULL || field_copy(&row, "item", item, ID_SIZE));
    }
    return false;
}

static bool is_told(struct demo *demo, struct error *err)
{
    char opened[TIME_TEXT_SIZE], assigned[TIME_TEXT_SIZE];

    if (!timeline_has(demo, "opened", NULL, opened, err) ||
        !timeline_has(demo, "assigned", NULL, assigned, err))
        return false;
    say(&demo->ro, "is told: opened %.8s, assigned %.8s", opened + 11, assigned + 11);
    return true;
}

static bool step_told(struct demo *demo, struct error *err)
{
    return wait_until(demo, is_told, WAIT_MS, "what Tirana tells", err);
}

static bool attachments_are_held(struct demo *demo, struct error *err)
{
    struct result *result CLEANUP(result_free) = NULL;

    if (!item_show(&demo->ro, demo->request, &result, err))
        return false;
    return json_get_integer_optional(&result->object, "attachments_held_by_receiver", 0,
                                     ATTACHMENT_COUNT_MAX, 0) == 2;
}

static bool step_held(struct demo *demo, struct error *err)
{
    if (!wait_until(demo, attachments_are_held, LARGE_WAIT_MS, "both attachments", err))
        return false;
    say(&demo->ro, "is told: received, 2 of 2 attachments");
    return true;
}

static bool attachment_compare(struct demo *demo, size_t at, struct error *err)
{
    struct result *result CLEANUP(result_free) = NULL;
    struct buffer arguments CLEANUP(buffer_free) = buffer_make(256);
    char path[PATH_SIZE];
    uint8_t found[DIGEST_SIZE];
    int64_t size = 0;

    snprintf(path, sizeof path, "%s/tirana-%zu.bin", DEMO_DIRECTORY, at + 1);
    if (!run_remove(path, err))
        return false;
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return error_set(err, ERROR_STORE, "%s cannot be made", path);
    buffer_format(&arguments, "{\"item\":\"%s\",\"part\":%zu}", demo->request, at + 1);
    struct asking asking = {.officer = demo->al.officer,
                            .act = "attachment-get",
                            .arguments = buffer_span(&arguments),
                            .fd = fd};
    bool ok = place_ask(&demo->al, &asking, &result, err);
    close(fd);
    if (!ok || !demo_digest(path, found, &size, err))
        return false;
    if (!digest_is_equal(found, demo->sha256[at]))
        return error_set(err, ERROR_CONFLICT, "%s is not the file that Bucharest sent", path);
    char hex[2 * DIGEST_SIZE + 1];
    hex_write(span_make(found, sizeof found), hex);
    say(&demo->al, "attachment %zu read: %" PRId64 " bytes, SHA-256 %.16s..., as sent", at + 1,
        size, hex);
    return true;
}

static bool step_read(struct demo *demo, struct error *err)
{
    return attachment_compare(demo, 0, err) && attachment_compare(demo, 1, err);
}

/* --- the answer --- */

static bool step_answer(struct demo *demo, struct error *err)
{
    struct result *result CLEANUP(result_free) = NULL;
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct buffer arguments CLEANUP(buffer_free) = buffer_make(256);

    buffer_format(&arguments, "{\"item\":\"%s\"}", demo->request);
    struct asking asking = {.officer = demo->al.officer,
                            .approver = demo->al.approver,
                            .act = "answer-send",
                            .arguments = buffer_span(&arguments),
                            .fd = -1};
    if (!demo_answer(demo->reference, now_ms(), &body, err))
        return false;
    asking.body = buffer_span(&body);
    if (!place_ask(&demo->al, &asking, &result, err))
        return false;
    say(&demo->al, "%s answers; %s approved", demo->al.officer_name, demo->al.approver_name);
    return true;
}

static bool is_answered(struct demo *demo, struct error *err)
{
    char at[TIME_TEXT_SIZE];
    return timeline_has(demo, "answer", demo->answer, at, err);
}

static bool answer_is_received(struct demo *demo, struct error *err)
{
    char there[TIME_TEXT_SIZE], here[TIME_TEXT_SIZE];

    if (!receipt_of(&demo->al, demo->answer, there, err) ||
        !receipt_of(&demo->ro, demo->answer, here, err))
        return false;
    if (strcmp(there, here) != 0)
        return error_set(err, ERROR_CONFLICT, "Tirana shows receipt %s, Bucharest %s", there, here);
    say(&demo->al, "received %.8s by Bucharest, the same on both sides", there + 11);
    return true;
}

static bool step_answered(struct demo *demo, struct error *err)
{
    if (!wait_until(demo, is_answered, WAIT_MS, "the answer", err))
        return false;
    say(&demo->ro, "has the answer");
    return wait_until(demo, answer_is_received, WAIT_MS, "the receipt of the answer", err);
}

/* --- what a person would not do each time, and a test must --- */

static bool place_verify(const struct place *place, struct error *err)
{
    struct result *result CLEANUP(result_free) = NULL;
    struct place without_case = *place;
    struct asking asking = {.officer = place->admin, .reason = "check", .act = "verify", .fd = -1};

    without_case.case_number = NULL;
    if (!place_ask(&without_case, &asking, &result, err))
        return false;
    if (!json_get_boolean(&result->object, "clean"))
        return error_set(err, ERROR_STORE, "`besa verify` in %s: %.*s", place->city,
                         SPAN_ARG(span_part(buffer_span(&result->text), 0, 300)));
    say(place,
        "verified: %" PRId64 " logs, %" PRId64 " entries, %" PRId64 " receipts, %" PRId64
        " bodies, nothing wrong",
        json_get_integer(&result->object, "logs", 0, JSON_INTEGER_MAX),
        json_get_integer(&result->object, "entries", 0, JSON_INTEGER_MAX),
        json_get_integer_optional(&result->object, "receipts", 0, JSON_INTEGER_MAX, 0),
        json_get_integer_optional(&result->object, "bodies", 0, JSON_INTEGER_MAX, 0));
    return true;
}

static bool step_verify(struct demo *demo, struct error *err)
{
    return place_verify(&demo->ro, err) && place_verify(&demo->al, err);
}

/* Exports one log at `place` and verifies the files with keys alone, without a home. */
static bool log_check(const struct place *place, const struct place *other, const char *origin,
                      struct error *err)
{
    char directory[PATH_SIZE], vkey[512], custody[512];

    snprintf(directory, sizeof directory, "%s/export-%s-%.2s", DEMO_DIRECTORY, place->party,
             origin);
    if (!run_remove(directory, err))
        return false;
    const char *vkey_words[] = {"--json", "--home", place->home, "log", "vkey", origin, NULL};
    const char *custody_words[] = {"--json",    "--home",  place->home,  "log", "vkey",
                                   "--custody", "--party", other->party, NULL};
    const char *export_words[] = {"--json",   "--home", place->home, "--officer", place->admin,
                                  "--reason", "check",  "log",       "export",    directory,
                                  "--log",    origin,   NULL};
    const char *verify_words[] = {"--json", "verify",         directory, "--vkey",
                                  vkey,     "--custody-vkey", custody,   NULL};
    return typed(vkey_words, "vkey", vkey, sizeof vkey, err) &&
           typed(custody_words, "vkey", custody, sizeof custody, err) &&
           typed(export_words, NULL, NULL, 0, err) && typed(verify_words, NULL, NULL, 0, err);
}

/* The outgoing log of each, from its writer and from its mirror. */
static bool step_export(struct demo *demo, struct error *err)
{
    static const char ro_log[] = "ro/ro-al/to/al/0", al_log[] = "al/ro-al/to/ro/0";

    return log_check(&demo->ro, &demo->al, ro_log, err) &&
           log_check(&demo->al, &demo->al, ro_log, err) &&
           log_check(&demo->al, &demo->ro, al_log, err) &&
           log_check(&demo->ro, &demo->ro, al_log, err);
}

static bool derived_row(void *context, const char *table, struct span text)
{
    struct digest *digest = context;

    digest_add(digest, span_make(table, strlen(table) + 1));
    digest_add(digest, text);
    return true;
}

/* Digest of every derived row. */
static bool derived_digest(const struct place *place, uint8_t out[DIGEST_SIZE], struct error *err)
{
    struct node *node = NULL;
    struct home home;
    struct digest *digest = digest_begin();

    bool ok = (digest != NULL || error_set(err, ERROR_LIMIT, "out of memory")) &&
              home_find(place->home, &home, err) && node_open_reader(&home, &node, err) &&
              database_begin(node->db, DATABASE_NORMAL, err);
    if (ok) {
        ok = schema_walk_derived(node->db, derived_row, digest, err);
        database_rollback(node->db);
    }
    node_close(&node);
    if (ok) {
        digest_end(digest, out);
        digest = NULL;
    }
    digest_drop(&digest);
    return ok;
}

/* The rows after a rebuild are those of before. Rows may still come from the partner meanwhile, so it is tried again. */
static bool place_rebuild(const struct place *place, struct error *err)
{
    enum { TRIES = 5 };
    uint8_t before[DIGEST_SIZE], after[DIGEST_SIZE];
    struct place without_case = *place;

    without_case.case_number = NULL;
    for (int i = 0; i < TRIES; i++) {
        struct result *result CLEANUP(result_free) = NULL;
        struct asking asking = {
            .officer = place->admin, .reason = "check", .act = "rebuild", .fd = -1};
        if (!derived_digest(place, before, err) ||
            !place_ask(&without_case, &asking, &result, err) || !derived_digest(place, after, err))
            return false;
        if (digest_is_equal(before, after)) {
            say(place, "rebuilt from the log: every derived row is the same");
            return true;
        }
        run_sleep_ms(1000);
    }
    return error_set(err, ERROR_STORE, "%s: the rebuilt state differs from the live one",
                     place->city);
}

static bool step_rebuild(struct demo *demo, struct error *err)
{
    return place_rebuild(&demo->ro, err) && place_rebuild(&demo->al, err);
}

/* --- the whole --- */

struct step {
    const char *name;
    bool (*run)(struct demo *demo, struct error *err);
};

static const struct step begin_steps[] = {
    {"homes", step_homes}, {"start", step_start}, {"people", step_people}};
static const struct step exchange_steps[] = {
    {"attach", step_attach}, {"send", step_send},        {"receipt", step_receipt},
    {"inbox", step_inbox},   {"open", step_open},        {"assign", step_assign},
    {"told", step_told},     {"held", step_held},        {"read", step_read},
    {"answer", step_answer}, {"answered", step_answered}};
static const struct step check_steps[] = {
    {"verify", step_verify}, {"export", step_export}, {"rebuild", step_rebuild}};

static bool steps_run(struct demo *demo, const struct step *steps, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct error err = {0};
        if (steps[i].run(demo, &err))
            continue;
        if (is_interrupted)
            return false;
        fprintf(stderr, "besa demo: step %s failed: %s\n", steps[i].name, err.text);
        return false;
    }
    return true;
}

static void outlook_show(const struct demo *demo)
{
    const struct place *ro = &demo->ro;
    const struct place *al = &demo->al;

    printf("\nBoth nodes go on running; Ctrl-C stops them. To look further, in another shell:\n"
           "  besa --home %s --officer %s --reason exercise sent\n"
           "  besa --home %s --officer %s --reason exercise inbox\n",
           ro->home, ro->officer, al->home, al->officer);
    if (demo->request[0] != '\0')
        printf("  besa --home %s --officer %s --reason exercise --case %s show %s\n", ro->home,
               ro->officer, ro->case_number, demo->request);
    printf("  besa --home %s --officer %s --reason check status\n"
           "  besa --home %s agreement show\n"
           "  besa --home %s log list\n"
           "  besa --home %s --officer %s --reason check verify\n"
           "Officers: %s, %s (approves), %s (administrator) in Bucharest;\n"
           "          %s, %s (approves), %s (administrator) in Tirana.\n"
           "What the nodes say: %s/ro.log, %s/al.log. FRESH=1 starts anew.\n",
           ro->home, ro->admin, ro->home, ro->home, ro->home, ro->admin, ro->officer, ro->approver,
           ro->admin, al->officer, al->approver, al->admin, DEMO_DIRECTORY, DEMO_DIRECTORY);
    fflush(stdout);
}

static int demo_run(struct demo *demo)
{
    bool ok = steps_run(demo, begin_steps, ARRAY_COUNT(begin_steps));

    if (ok && (demo->is_scripted || demo->is_new))
        ok = steps_run(demo, exchange_steps, ARRAY_COUNT(exchange_steps));
    if (ok && demo->is_scripted)
        ok = steps_run(demo, check_steps, ARRAY_COUNT(check_steps));
    if (!ok)
        return is_interrupted ? 0 : error_exit_code(ERROR_BUG);
    if (demo->is_scripted) {
        printf("demo: every step verified\n");
        return 0;
    }
    outlook_show(demo);
    while (!is_interrupted) {
        if (!run_is_alive(&demo->ro.pid) || !run_is_alive(&demo->al.pid)) {
            fprintf(stderr, "besa demo: a node ended; see %s/*.log\n", DEMO_DIRECTORY);
            return error_exit_code(ERROR_LINK);
        }
        run_sleep_ms(200);
    }
    return 0;
}

/* Paths are those of the current directory, absolute, so that what is printed works anywhere. */
static bool places_fill(struct demo *demo, struct error *err)
{
    char here[PATH_SIZE - 32];

    if (getcwd(here, sizeof here) == NULL)
        return error_set(err, ERROR_INPUT, "the current directory's path is too long");
    snprintf(demo->ro.home, sizeof demo->ro.home, "%s/%s/ro", here, DEMO_DIRECTORY);
    snprintf(demo->al.home, sizeof demo->al.home, "%s/%s/al", here, DEMO_DIRECTORY);
    return true;
}

int command_demo(struct options *options, int argc, char **argv)
{
    static struct demo demo;
    const char *mode = getenv("DEMO");
    struct sigaction action = {.sa_handler = interrupt};
    struct word_list words;
    struct error err = {0};
    int exit_code = 0;

    if (!command_parse(options, argc, argv, NULL, 0, 0, 0, &words, &exit_code))
        return exit_code;
    demo = (struct demo){.options = options,
                         .ro = {.party = "ro",
                                .city = "Bucharest",
                                .institution = "Training Institution of Romania",
                                .contact = "+40 00 000 0000 (exercise)",
                                .admin = "radu-petran",
                                .admin_name = "Radu Petran",
                                .officer = "irina-voicescu",
                                .officer_name = "Irina Voicescu",
                                .approver = "vlad-sorescan",
                                .approver_name = "Vlad Sorescan",
                                .unit = "spoc-1",
                                .case_number = CASE_RO},
                         .al = {.party = "al",
                                .city = "Tirana",
                                .institution = "Training Institution of Albania",
                                .contact = "+355 00 000 000 (exercise)",
                                .admin = "gent-bardhaj",
                                .admin_name = "Gent Bardhaj",
                                .officer = "mira-lekushi",
                                .officer_name = "Mira Lekushi",
                                .approver = "arben-hotolli",
                                .approver_name = "Arben Hotolli",
                                .unit = "spoc-1",
                                .case_number = CASE_AL},
                         .is_scripted = mode != NULL && strcmp(mode, "scripted") == 0};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    if (!places_fill(&demo, &err))
        return command_fail(options, &err);
    exit_code = demo_run(&demo);
    run_stop(&demo.ro.pid);
    run_stop(&demo.al.pid);
    return exit_code;
}
