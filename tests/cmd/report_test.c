/* Report: lines on stderr, or entries of the journal, and never a field more than was meant. */
#include "cmd/report.h"
#include "check.h"

#include "base/attributes.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static bool holds(const char *text, const char *wanted)
{
    return strstr(text, wanted) != NULL;
}

/* Runs one report with stderr in a file; `stream` is what $JOURNAL_STREAM says (NULL: the truth). */
static void report_as(bool is_training, int file, const char *stream, const char *journal)
{
    char truth[64];
    struct stat status;
    int before = dup(STDERR_FILENO);

    fflush(stderr);
    fstat(file, &status);
    snprintf(truth, sizeof truth, "%ju:%ju", (uintmax_t)status.st_dev, (uintmax_t)status.st_ino);
    setenv("JOURNAL_STREAM", stream == NULL ? truth : stream, 1);
    dup2(file, STDERR_FILENO);
    report_open("ro", is_training, journal);
    report(REPORT_PARTNER_LOST, &(struct report_about){.partner = "al", .entry = -1},
           "%s does not answer", "al");
    fflush(stderr);
    dup2(before, STDERR_FILENO);
    close(before);
    unsetenv("JOURNAL_STREAM");
}

static void report_into(int file, const char *stream, const char *journal)
{
    report_as(false, file, stream, journal);
}

static int file_make(char path[32])
{
    strcpy(path, "/tmp/besa-report-XXXXXX");
    return mkstemp(path);
}

CHECK_TEST(without_a_journal_a_line_goes_to_stderr)
{
    char path[32];
    char text[512] = "";
    int file = file_make(path);

    report_into(file, "1:2", "/nonexistent/socket");
    CHECK(pread(file, text, sizeof text - 1, 0) > 0);
    CHECK(holds(text, " besa ro: al does not answer\n"));
    close(file);
    unlink(path);
}

CHECK_TEST(a_journal_that_cannot_be_reached_leaves_the_line)
{
    char path[32];
    char text[512] = "";
    int file = file_make(path);

    report_into(file, NULL, "/nonexistent/socket");
    CHECK(pread(file, text, sizeof text - 1, 0) > 0);
    CHECK(holds(text, "al does not answer"));
    close(file);
    unlink(path);
}

CHECK_TEST(the_journal_gets_fields_and_stderr_nothing)
{
    char path[32];
    char text[1024] = "";
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int file = file_make(path);
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

    snprintf(address.sun_path, sizeof address.sun_path, "%s.sock", path);
    CHECK_OR_RETURN(bind(fd, (struct sockaddr *)&address, sizeof address) == 0);
    report_into(file, NULL, address.sun_path);
    CHECK(recv(fd, text, sizeof text - 1, MSG_DONTWAIT) > 0);
    CHECK(holds(text, "PRIORITY=4\n"));
    CHECK(holds(text, "\nSYSLOG_IDENTIFIER=besa\n"));
    CHECK(holds(text, "\nBESA_PARTY=ro\n"));
    CHECK(holds(text, "\nBESA_EVENT=partner-lost\n"));
    CHECK(holds(text, "\nBESA_PARTNER=al\n"));
    CHECK(!holds(text, "BESA_LOG"));
    CHECK(!holds(text, "BESA_ENTRY"));
    CHECK(holds(text, "\nMESSAGE=al does not answer\n"));
    CHECK_INT(pread(file, text, sizeof text, 0), 0);
    close(fd);
    close(file);
    unlink(address.sun_path);
    unlink(path);
}

CHECK_TEST(what_a_training_node_says_is_marked)
{
    char path[32];
    char text[1024] = "";
    int file = file_make(path);

    report_as(true, file, "1:2", "/nonexistent/socket");
    CHECK(pread(file, text, 511, 0) > 0);
    CHECK(holds(text, " besa ro: TRAINING: al does not answer\n"));
    CHECK(report_entry_write(REPORT_NOTICE, NULL, "text", text, sizeof text) > 0);
    CHECK(holds(text, "\nBESA_TRAINING=yes\n"));
    CHECK(holds(text, "\nMESSAGE=TRAINING: text\n"));
    report_open("ro", false, "/nonexistent/socket");
    CHECK(report_entry_write(REPORT_NOTICE, NULL, "text", text, sizeof text) > 0);
    CHECK(!holds(text, "TRAINING"));
    close(file);
    unlink(path);
}

CHECK_TEST(a_line_end_in_a_value_makes_no_field)
{
    char out[1024] = "";
    struct report_about about = {.log = "ro/ro-al/to/al/0", .entry = 17, .clause = "4.2"};

    CHECK(report_entry_write(REPORT_NOTICE, &about, "one\nPRIORITY=0", out, sizeof out) > 0);
    CHECK(!holds(out, "\nPRIORITY=0"));
    CHECK(holds(out, "MESSAGE=one PRIORITY=0\n"));
    CHECK(holds(out, "BESA_LOG=ro/ro-al/to/al/0\n"));
    CHECK(holds(out, "BESA_ENTRY=17\n"));
    CHECK(holds(out, "BESA_CLAUSE=4.2\n"));
}

CHECK_TEST(an_entry_that_does_not_fit_is_none)
{
    char out[64];

    for (size_t room = 0; room <= sizeof out; room++)
        CHECK_INT(report_entry_write(REPORT_NOTICE, NULL, "text", out, room), 0);
}

CHECK_TEST(every_event_has_a_name_of_its_own_and_a_meaning)
{
    for (size_t i = 0; i < REPORT_EVENT_COUNT; i++) {
        CHECK(report_rows[i].name != NULL && report_rows[i].meaning != NULL);
        CHECK(report_rows[i].priority >= 2 && report_rows[i].priority <= 6);
        for (size_t k = 0; k < i; k++)
            CHECK(strcmp(report_rows[i].name, report_rows[k].name) != 0);
    }
}

/* The table in docs/operations.md is the one in the code. */
CHECK_TEST(the_document_lists_every_event)
{
    FILE *file = fopen(BESA_SOURCE_DIR "/docs/operations.md", "r");
    char text[65536] = "";
    char row[512];

    CHECK_OR_RETURN(file != NULL);
    CHECK(fread(text, 1, sizeof text - 1, file) > 0);
    fclose(file);
    for (size_t i = 0; i < REPORT_EVENT_COUNT; i++) {
        snprintf(row, sizeof row, "| `%s` | %d | %s |\n", report_rows[i].name,
                 report_rows[i].priority, report_rows[i].meaning);
        CHECK(holds(text, row));
        if (!holds(text, row))
            printf("%s", row);
    }
}

int main(void)
{
    CHECK_RUN(without_a_journal_a_line_goes_to_stderr);
    CHECK_RUN(a_journal_that_cannot_be_reached_leaves_the_line);
    CHECK_RUN(the_journal_gets_fields_and_stderr_nothing);
    CHECK_RUN(what_a_training_node_says_is_marked);
    CHECK_RUN(a_line_end_in_a_value_makes_no_field);
    CHECK_RUN(an_entry_that_does_not_fit_is_none);
    CHECK_RUN(every_event_has_a_name_of_its_own_and_a_meaning);
    CHECK_RUN(the_document_lists_every_event);
    return check_end();
}
