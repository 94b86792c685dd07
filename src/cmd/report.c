/* Report: see report.h. */
#include "cmd/report.h"

#include "base/env.h"
#include "base/limits.h"
#include "base/text.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define ENTRY_SIZE      4096
#define REPORT_TRAINING "TRAINING: "

const struct report_row report_rows[REPORT_EVENT_COUNT] = {
    [REPORT_READY] = {"ready", 5, "The node serves."},
    [REPORT_ENDING] = {"ending", 5, "The node was asked to end and closes its work."},
    [REPORT_ENDED] = {"ended", 5, "The service has ended."},
    [REPORT_START_FAILED] = {"start-failed", 3, "The node could not begin; the text says why."},
    [REPORT_RESTART] = {"restart", 4, "Node and keeper begin anew after a failure or on request."},
    [REPORT_NODE_ENDED] = {"node-ended", 2,
                           "The node's process ended unasked, by which signal or exit code."},
    [REPORT_KEEPER_ENDED] = {"keeper-ended", 3,
                             "The keeper's process ended unasked, by which signal or exit code."},
    [REPORT_STALLED] = {"stalled", 2,
                        "The node stopped moving, at work or at its start; it is ended."},
    [REPORT_STORE_FAILED] = {"store-failed", 2,
                             "The disk or the database failed; nothing more is "
                             "acknowledged until the node has begun anew."},
    [REPORT_LINE_FAILED] = {"line-failed", 3, "The machinery of the line to the partners failed."},
    [REPORT_PARTNER_REACHED] = {"partner-reached", 6, "A partner's node answers."},
    [REPORT_PARTNER_LOST] = {"partner-lost", 4, "A partner's node does not answer any more."},
    [REPORT_PARTNER_ADDRESS] = {"partner-address", 4,
                                "A partner's address cannot be resolved; it "
                                "can still call us."},
    [REPORT_ALARM] = {"alarm", 2,
                      "The books found what must not be: besa status and besa doctor "
                      "name it."},
    [REPORT_KEY_ENDS] = {"key-ends", 4, "A key ends soon, ended, or is missing."},
    [REPORT_NOTICE] = {"notice", 5, "Something that is neither of the above."},
};

static struct {
    char party[NAME_SIZE_MAX + 1];
    bool is_training;
    int journal_fd; /* -1: lines go to stderr */
    struct sockaddr_un journal;
} sink = {.journal_fd = -1};

/* Is stderr the stream that systemd connected to its journal? $JOURNAL_STREAM is "<device>:<inode>". */
static bool stderr_is_journal(void)
{
    const char *stream = getenv("JOURNAL_STREAM");
    char found[64];
    struct stat status;

    if (stream == NULL || fstat(STDERR_FILENO, &status) != 0)
        return false;
    snprintf(found, sizeof found, "%ju:%ju", (uintmax_t)status.st_dev, (uintmax_t)status.st_ino);
    return strcmp(stream, found) == 0;
}

void report_open(const char *party, bool is_training, const char *journal)
{
    sink.is_training = is_training;
    snprintf(sink.party, sizeof sink.party, "%s", party);
    if (sink.journal_fd >= 0)
        close(sink.journal_fd);
    sink.journal_fd = -1;
    sink.journal = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (!stderr_is_journal() || strlen(journal) >= sizeof sink.journal.sun_path)
        return;
    memcpy(sink.journal.sun_path, journal, strlen(journal) + 1);
    sink.journal_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

/* --- the journal's entry --- */

struct entry {
    char *out;
    size_t room;
    size_t size;
    bool has_failed;
};

/* "NAME=value"; nothing for NULL. A line end inside would begin another field: it becomes a space. */
static void field_write(struct entry *entry, const char *name, const char *value)
{
    if (value == NULL)
        return;
    size_t left = entry->room - entry->size;
    int size = snprintf(entry->out + entry->size, left, "%s=%s\n", name, value);
    if (size < 0 || (size_t)size >= left) {
        entry->has_failed = true;
        return;
    }
    for (int i = 0; i < size - 1; i++)
        if (entry->out[entry->size + (size_t)i] == '\n')
            entry->out[entry->size + (size_t)i] = ' ';
    entry->size += (size_t)size;
}

size_t report_entry_write(enum report_event event, const struct report_about *about,
                          const char *text, char *out, size_t room)
{
    static const struct report_about nothing = {.entry = -1};
    struct entry entry = {.out = out, .room = room};
    char marked[sizeof REPORT_TRAINING + REPORT_TEXT_SIZE];
    char number[24];

    if (about == NULL)
        about = &nothing;
    snprintf(number, sizeof number, "%d", report_rows[event].priority);
    field_write(&entry, "PRIORITY", number);
    field_write(&entry, "SYSLOG_IDENTIFIER", "besa");
    field_write(&entry, "BESA_PARTY", sink.party);
    field_write(&entry, "BESA_TRAINING", sink.is_training ? "yes" : NULL);
    field_write(&entry, "BESA_EVENT", report_rows[event].name);
    field_write(&entry, "BESA_PARTNER", about->partner);
    field_write(&entry, "BESA_LOG", about->log);
    snprintf(number, sizeof number, "%" PRId64, about->entry);
    field_write(&entry, "BESA_ENTRY", about->log != NULL && about->entry >= 0 ? number : NULL);
    field_write(&entry, "BESA_CLAUSE", about->clause);
    snprintf(marked, sizeof marked, "%s%s", sink.is_training ? REPORT_TRAINING : "", text);
    field_write(&entry, "MESSAGE", marked);
    return entry.has_failed ? 0 : entry.size;
}

static bool journal_send(enum report_event event, const struct report_about *about,
                         const char *text)
{
    char bytes[ENTRY_SIZE];
    size_t size =
        sink.journal_fd < 0 ? 0 : report_entry_write(event, about, text, bytes, sizeof bytes);

    return size > 0 &&
           sendto(sink.journal_fd, bytes, size, MSG_NOSIGNAL,
                  (const struct sockaddr *)&sink.journal, sizeof sink.journal) == (ssize_t)size;
}

void report(enum report_event event, const struct report_about *about, const char *format, ...)
{
    char text[REPORT_TEXT_SIZE];
    char at[TIME_TEXT_SIZE];
    va_list list;

    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    if (journal_send(event, about, text))
        return;
    time_write(env_real()->now_ms(env_real()->context), at);
    fprintf(stderr, "%s besa %s: %s%s\n", at, sink.party, sink.is_training ? REPORT_TRAINING : "",
            text);
}
