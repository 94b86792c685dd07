/*
 * The running node's threads in this process: do they move, does a beat say so, do metrics and the audit stream tell what
 * happened.
 * covers: service service_line gauges audit_stream
 */
#include "cmd/service.h"
#include "check.h"
#include "cmd/support/node_home.h"
#include "http/client.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static struct node_home home;

/* Bytes that came into the pipe within `wait_ms`. */
static int beats(int fd, int wait_ms)
{
    char bytes[64];
    int count = 0;

    usleep((useconds_t)wait_ms * 1000);
    ssize_t got = read(fd, bytes, sizeof bytes);
    count += got > 0 ? (int)got : 0;
    return count;
}

static bool hang(struct node *node, void *context, struct error *err)
{
    (void)node;
    (void)context;
    (void)err;
    usleep(3300 * 1000);
    return true;
}

static bool hang_but_move(struct node *node, void *context, struct error *err)
{
    (void)context;
    (void)err;
    for (int i = 0; i < 33; i++) {
        usleep(100 * 1000);
        service_moved(node->service);
    }
    return true;
}

static int beats_during(bool (*work)(struct node *, void *, struct error *), int pipe_fd)
{
    struct error err = {0};

    beats(pipe_fd, 1100); /* what was on its way */
    CHECK(node_job(home.node, false, work, NULL, &err));
    return beats(pipe_fd, 0);
}

CHECK_TEST(a_writer_that_hangs_misses_its_beats)
{
    struct service *service = NULL;
    struct error err = {0};
    int ends[2];

    CHECK_OR_RETURN(pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0);
    home.node->journal.queue.is_closed = false; /* the last service closed it */
    CHECK_OK(service_make(home.node, &service, &err), err);
    CHECK_OK(service_start(service, &err), err);
    CHECK(service_beat(service, ends[1]));
    CHECK(beats(ends[0], 3300) >= 2);
    /* One beat may still be owed for what moved before; the next are missing. */
    CHECK(beats_during(hang, ends[0]) <= 1);
    CHECK(beats_during(hang_but_move, ends[0]) >= 2);
    CHECK(beats(ends[0], 2200) >= 1);
    service_end(&service);
    close(ends[0]);
    close(ends[1]);
}

/* --- metrics and audit stream --- */

static size_t file_text(const char *path, char *out, size_t size)
{
    FILE *file = fopen(path, "r");

    out[0] = '\0';
    if (file == NULL)
        return 0;
    size_t got = fread(out, 1, size - 1, file);
    out[got] = '\0';
    fclose(file);
    return got;
}

/* Waits until the file holds these words `count` times. */
static bool file_comes_to_hold(const char *path, const char *words, int count)
{
    static char text[1 << 20];

    for (int waited_ms = 0; waited_ms < 15000; waited_ms += 100) {
        int found = 0;
        file_text(path, text, sizeof text);
        for (const char *at = text; (at = strstr(at, words)) != NULL; at++)
            found++;
        if (found >= count)
            return true;
        usleep(100 * 1000);
    }
    printf("%s: '%s' did not come %d times:\n%.3000s\n", path, words, count, text);
    return false;
}

static void put_officer(const char *id)
{
    struct buffer result CLEANUP(buffer_free) = buffer_make(65536);
    struct error err = {0};
    char arguments[256];

    snprintf(arguments, sizeof arguments,
             "{\"id\":\"%s\",\"name\":\"Canary Name\",\"unit\":\"desk\",\"role\":\"analyst\"}", id);
    struct control_request request = {.act = span_text("officer-put"),
                                      .officer = span_text("admin"),
                                      .reason = span_text("canary reason"),
                                      .case_number = span_text("c-1"),
                                      .arguments = span_text(arguments)};
    CHECK_OK(node_act(home.node, &request, false, &result, NULL, &err), err);
}

static void service_with(const char *metrics, const char *stream, struct service **out)
{
    struct error err = {0};

    snprintf(home.node->config.metrics_file, CONF_PATH_SIZE, "%s", metrics);
    snprintf(home.node->config.audit_stream, CONF_PATH_SIZE, "%s", stream);
    home.node->journal.queue.is_closed = false; /* the last service closed it */
    CHECK_OK(service_make(home.node, out, &err), err);
    CHECK_OK(service_start(*out, &err), err);
}

/* The sample's value, -1 when it is not there. */
static long sample(const char *text, const char *name)
{
    char line[128];

    snprintf(line, sizeof line, "\n%s", name);
    const char *at = strstr(text, line);
    return at == NULL ? -1 : strtol(at + strlen(line), NULL, 10);
}

CHECK_TEST(metrics_move_with_what_happens)
{
    static char before[1 << 20];
    static char after[1 << 20];
    struct service *service = NULL;
    struct buffer out CLEANUP(buffer_free) = buffer_make(METRICS_SIZE_MAX);
    char path[128];

    snprintf(path, sizeof path, "%s/metrics.prom", home.directory);
    service_with(path, "", &service);
    CHECK(file_comes_to_hold(path, "besa_log_entries{log=\"ro/domestic/0\"} ", 1));
    file_text(path, before, sizeof before);
    put_officer("met");
    usleep(2200 * 1000);
    CHECK(gauges_write(service, &out));
    buffer_byte(&out, '\0');
    snprintf(after, sizeof after, "%s", (const char *)out.data);
    CHECK(sample(after, "besa_writer_round_seconds_count ") >
          sample(before, "besa_writer_round_seconds_count "));
    CHECK(sample(after, "besa_log_entries{log=\"ro/domestic/0\"} ") >
          sample(before, "besa_log_entries{log=\"ro/domestic/0\"} "));
    CHECK(sample(after, "besa_disk_free_bytes ") > 0);
    CHECK(sample(after, "besa_certificate_end_time_seconds ") > 1700000000);
    for (size_t i = 0; i < METRIC_COUNT; i++) {
        char begin[128];
        snprintf(begin, sizeof begin, "# TYPE %s ", metric_rows[i].name);
        const char *at = strstr(after, begin);
        CHECK(at != NULL && strstr(at + 1, begin) == NULL); /* each once */
    }
    CHECK(strstr(after, "Canary") == NULL && strstr(after, "canary") == NULL);
    service_end(&service);
}

CHECK_TEST(the_audit_stream_tells_each_act_and_no_reason)
{
    struct service *service = NULL;
    char path[128];
    static char text[1 << 20];

    snprintf(path, sizeof path, "%s/audit.jsonl", home.directory);
    service_with("", path, &service);
    put_officer("str-1");
    CHECK(file_comes_to_hold(path,
                             "\"act\":\"officer-put\",\"outcome\":\"done\",\"case\":\"c-1\","
                             "\"objects\":[\"str-1\"]}",
                             1));
    file_text(path, text, sizeof text);
    CHECK(strstr(text, "\"officer\":\"admin\"") != NULL);
    CHECK(strstr(text, "Z\",\"training\":true,\"log\":\"ro/domestic/0\"") != NULL);
    CHECK(strstr(text, "canary") == NULL && strstr(text, "Canary") == NULL);
    service_end(&service);
}

CHECK_TEST(the_audit_stream_goes_on_where_it_stopped)
{
    struct service *service = NULL;
    char path[128];
    char rotated[140];
    char why[ERROR_TEXT_SIZE];

    snprintf(path, sizeof path, "%s/audit.jsonl", home.directory);
    snprintf(rotated, sizeof rotated, "%s.1", path);
    rename(path, rotated);
    mkdir(path, 0700); /* where a file should be: nothing can be written */
    service_with("", path, &service);
    put_officer("str-2");
    for (int i = 0; i < 100; i++) {
        audit_stream_why(&service->audit_stream, why);
        if (why[0] != '\0')
            break;
        usleep(100 * 1000);
    }
    CHECK(strstr(why, "audit.jsonl") != NULL);
    rmdir(path);
    CHECK(file_comes_to_hold(path, "[\"str-2\"]", 1));
    for (int i = 0; i < 100 && why[0] != '\0'; i++) {
        usleep(100 * 1000);
        audit_stream_why(&service->audit_stream, why);
    }
    CHECK(why[0] == '\0');
    service_end(&service);
    /* What was told is not told again by the next life. */
    static char text[1 << 20];
    CHECK(file_text(path, text, sizeof text) > 0);
    CHECK(strstr(text, "str-1") == NULL);
}

CHECK_TEST(half_a_line_of_a_full_disk_spoils_no_other)
{
    struct service *service = NULL;
    char path[128];

    snprintf(path, sizeof path, "%s/audit.jsonl", home.directory);
    FILE *file = fopen(path, "a");
    CHECK_OR_RETURN(file != NULL);
    fputs("{\"time\":\"2026-", file);
    fclose(file);
    service_with("", path, &service);
    put_officer("str-3");
    CHECK(file_comes_to_hold(path, "[\"str-3\"]", 1));
    service_end(&service);
    CHECK(file_comes_to_hold(path, "{\"time\":\"2026-\n{\"time\":\"", 1));
}

/* Its alarm belongs to no line; and it is told once, though a keeper that signs nothing alarms again and again. */
CHECK_TEST(a_domestic_log_that_stops_is_told_once)
{
    struct journal_log *domestic = &home.node->journal.domestic;
    struct journal_event event = {.kind = JOURNAL_ALARM, .line = SIZE_MAX};
    static struct service service;
    static char text[4096];
    char path[128];

    snprintf(path, sizeof path, "%s/stderr", home.directory);
    int kept = dup(STDERR_FILENO);
    int away = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    dup2(away, STDERR_FILENO);
    home.node->service = &service;
    gauges_start(&service.gauges);
    service_event(home.node, &event);
    snprintf(domestic->read_only, sizeof domestic->read_only, "an older backup was restored");
    service_event(home.node, &event);
    service_event(home.node, &event);
    domestic->read_only[0] = '\0';
    gauges_end(&service.gauges);
    home.node->service = NULL;
    fflush(stderr);
    dup2(kept, STDERR_FILENO);
    close(kept);
    close(away);
    file_text(path, text, sizeof text);
    const char *told = strstr(text, "is read-only: an older backup was restored");
    CHECK(told != NULL && strstr(told + strlen("is read-only"), "read-only") == NULL);
}

CHECK_TEST(an_agreement_that_demands_more_than_we_speak_is_an_alarm_at_the_start)
{
    struct agreement_party parties[2] = {{.minimum_protocol = 1}, {.minimum_protocol = 1000}};
    struct journal *journal = &home.node->journal;
    static char text[4096];
    char path[128];

    snprintf(path, sizeof path, "%s/stderr", home.directory);
    int kept = dup(STDERR_FILENO);
    int away = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    dup2(away, STDERR_FILENO);
    journal->lines[0] = (struct journal_line){
        .partner = "al", .agreement = {.id = span_text("ro-al"), .version = 3, .parties = parties}};
    journal->line_count = 1;
    service_demands_report(home.node);
    journal->line_count = 0;
    fflush(stderr);
    dup2(kept, STDERR_FILENO);
    close(kept);
    close(away);
    file_text(path, text, sizeof text);
    CHECK(strstr(text, "agreement ro-al/3, clause 1.1: it demands at least protocol 1000") != NULL);
}

CHECK_TEST(a_beat_into_a_closed_pipe_says_so)
{
    struct service service = {.beat_fd = -1};
    int ends[2];

    CHECK_OR_RETURN(pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0);
    close(ends[0]);
    CHECK(!service_beat(&service, ends[1]));
    close(ends[1]);
}

int main(void)
{
    struct error err = {0};

    if (!http_init(&err)) {
        printf("service_test: %s\n", err.text);
        return 1;
    }
    node_home_make(&home);
    node_home_tls(&home);
    CHECK_RUN(an_agreement_that_demands_more_than_we_speak_is_an_alarm_at_the_start);
    CHECK_RUN(a_beat_into_a_closed_pipe_says_so);
    CHECK_RUN(metrics_move_with_what_happens);
    CHECK_RUN(the_audit_stream_tells_each_act_and_no_reason);
    CHECK_RUN(the_audit_stream_goes_on_where_it_stopped);
    CHECK_RUN(half_a_line_of_a_full_disk_spoils_no_other);
    CHECK_RUN(a_domestic_log_that_stops_is_told_once);
    CHECK_RUN(a_writer_that_hangs_misses_its_beats);
    node_home_free(&home);
    return check_end();
}
