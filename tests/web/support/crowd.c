/* Hostile clients: see crowd.h. */
#include "web/support/crowd.h"

#include "http/support/ground.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define MEMBER_COUNT 24u
#define KIND_COUNT   8u
#define SETTLE_MS    150

/* Both processes see it. */
struct stage {
    atomic_bool is_loose;
    atomic_bool is_over;
    atomic_uint attempts;
    atomic_uint wins;
    uint16_t port;
    char cookie[128];
};
static struct stage *stage;
static pid_t process;

struct member {
    pthread_t thread;
    unsigned number;
    char from[32];
};

static bool goes_on(void)
{
    return atomic_load(&stage->is_loose) && !atomic_load(&stage->is_over);
}

static void pause_ms(int ms)
{
    for (int i = 0; i < ms / 10 && goes_on(); i++)
        wait_ms(10);
}

static bool is_ok(const struct buffer *got)
{
    return got->size > 12 && memcmp(got->data, "HTTP/1.1 200", 12) == 0;
}

/* Sends, takes what comes; nothing of it may succeed. */
static void send_once(const struct member *member, struct span bytes)
{
    struct buffer got = buffer_make(65536);
    struct bare bare;

    bare_open_from(&bare, member->from, stage->port, NULL, BARE_TLS_1_3);
    bare_send(&bare, bytes);
    bare_receive(&bare, &got, "\r\n\r\n", 300);
    if (is_ok(&got))
        atomic_fetch_add(&stage->wins, 1);
    buffer_free(&got);
    bare_close(&bare);
}

/* A beginning, then a byte now and then. */
static void drip(const struct member *member, const char *beginning)
{
    struct bare bare;

    bare_open_from(&bare, member->from, stage->port, NULL, BARE_TLS_1_3);
    bool is_open = bare_send(&bare, span_text(beginning));
    while (is_open && goes_on()) {
        char byte;
        pause_ms(50);
        is_open = bare_send(&bare, span_text("a")) &&
                  recv(bare.fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) != 0;
    }
    bare_close(&bare);
}

/* One request after the other on one connection; `may_succeed`: it is only greed. */
static void flood(const struct member *member, const char *request, bool may_succeed)
{
    struct buffer got = buffer_make(65536);
    struct bare bare;

    bare_open_from(&bare, member->from, stage->port, NULL, BARE_TLS_1_3);
    for (int i = 0; i < 200 && goes_on(); i++) {
        buffer_clear(&got);
        if (!bare_send(&bare, span_text(request)))
            break;
        bare_receive(&bare, &got, "}", 500);
        if (got.size == 0)
            break;
        if (is_ok(&got) && !may_succeed)
            atomic_fetch_add(&stage->wins, 1);
        atomic_fetch_add(&stage->attempts, 1);
        pause_ms(10); /* what the rate of one address lets through: a refused one is soon closed */
    }
    buffer_free(&got);
    bare_close(&bare);
}

#define HEAD "Host: node.ro.example\r\n"
#define INBOX                                                                                      \
    "GET /api/v1/inbox HTTP/1.1\r\n" HEAD "X-Besa-Reason: a%20test\r\nX-Besa-Case: c-1\r\n"
#define FALSE_COOKIE                                                                               \
    "Cookie: __Host-besa=00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\r\n"

static void send_huge(const struct member *member)
{
    size_t size = 256 * 1024;
    char *huge = malloc(size);

    if (huge == NULL)
        return;
    memset(huge, 'h', size);
    memcpy(huge, INBOX "A: ", sizeof INBOX "A: " - 1);
    send_once(member, span_make(huge, size));
    free(huge);
}

static void send_malformed(const struct member *member, unsigned round)
{
    static const char *const list[] = {
        "GET /api/v1/inbox HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
        "GET /api/v1/inbox HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n",
        "GET /api/v1/inbox HTTP/1.1\nHost: x\n\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "GET http://x/api/v1/inbox HTTP/1.0\r\n\r\n",
        "POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n",
        "POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        "Content-Length: 4\r\n\r\n{\"a\"",
    };
    send_once(member, span_text(list[round % (sizeof list / sizeof list[0])]));
}

static void send_smuggled(const struct member *member, unsigned round)
{
    static const char *const list[] = {
        "POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n"
        "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" INBOX "\r\n",
        "POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Length: 5\r\n"
        "\r\nhello" INBOX "\r\n",
        "GET /api/v1/inbox HTTP/1.1\r\nHost: x\r\nTransfer-Encoding : chunked\r\n\r\n"
        "0\r\n\r\n" INBOX "\r\n",
    };
    send_once(member, span_text(list[round % (sizeof list / sizeof list[0])]));
}

static void guess_password(const struct member *member, unsigned round)
{
    char text[512];
    char body[128];

    snprintf(body, sizeof body, "{\"officer\":\"officer-%u-%u\",\"password\":\"a guess too many\"}",
             member->number, round);
    snprintf(text, sizeof text,
             "POST /api/v1/session HTTP/1.1\r\n" HEAD "Content-Type: application/json\r\n"
             "Content-Length: %zu\r\n\r\n%s",
             strlen(body), body);
    send_once(member, span_text(text));
}

/* Asks for much, without a session, and takes none of it. */
static void take_nothing(const struct member *member)
{
    struct bare bare;

    bare_open_from(&bare, member->from, stage->port, NULL, BARE_TLS_1_3);
    for (int i = 0; i < 8; i++)
        bare_send(&bare, span_text("GET /api/v1/openapi.json HTTP/1.1\r\n" HEAD "\r\n"));
    pause_ms(1000);
    bare_close(&bare);
}

static void ask_without_end(const struct member *member)
{
    char text[512];

    snprintf(text, sizeof text, "%sCookie: %s\r\n\r\n", INBOX, stage->cookie);
    flood(member, text, true);
}

static void attack(const struct member *member, unsigned round)
{
    switch ((member->number + round) % KIND_COUNT) {
    case 0:
        drip(member, "GET /api/v1/inbox HTTP/1.1\r\n" HEAD "A: ");
        break;
    case 1:
        drip(member, "POST /api/v1/session HTTP/1.1\r\n" HEAD "Content-Type: application/json\r\n"
                     "Content-Length: 4000\r\n\r\n{");
        break;
    case 2:
        send_huge(member);
        break;
    case 3:
        send_malformed(member, round);
        break;
    case 4:
        send_smuggled(member, round);
        break;
    case 5:
        flood(member, INBOX FALSE_COOKIE "\r\n", false);
        break;
    case 6:
        guess_password(member, round);
        break;
    default:
        take_nothing(member);
        break;
    }
}

static void *member_run(void *context)
{
    const struct member *member = context;

    for (unsigned round = 0; !atomic_load(&stage->is_over); round++) {
        if (!goes_on()) {
            wait_ms(5);
            continue;
        }
        if (member->number % KIND_COUNT == 7)
            ask_without_end(member);
        else
            attack(member, round);
        atomic_fetch_add(&stage->attempts, 1);
        pause_ms(100);
    }
    return NULL;
}

static void crowd_run(void)
{
    static struct member members[MEMBER_COUNT];

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (nice(10) == -1)
        _exit(1);
    for (unsigned i = 0; i < MEMBER_COUNT; i++) {
        members[i].number = i;
        /* A session is bound to the network of its log-in; the others come from everywhere. */
        if (i % KIND_COUNT == 7)
            snprintf(members[i].from, sizeof members[i].from, "127.0.0.%u", 10 + i);
        else
            snprintf(members[i].from, sizeof members[i].from, "127.2.%u.1", i);
        pthread_create(&members[i].thread, NULL, member_run, &members[i]);
    }
    for (unsigned i = 0; i < MEMBER_COUNT; i++)
        pthread_join(members[i].thread, NULL);
    _exit(0);
}

bool crowd_begin(void)
{
    stage = mmap(NULL, sizeof *stage, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (stage == MAP_FAILED)
        return false;
    fflush(stdout);
    process = fork();
    if (process == 0)
        crowd_run();
    return process > 0;
}

void crowd_end(void)
{
    atomic_store(&stage->is_over, true);
    waitpid(process, NULL, 0);
    munmap(stage, sizeof *stage);
}

void crowd_aim(uint16_t port, const char *cookie)
{
    stage->port = port;
    snprintf(stage->cookie, sizeof stage->cookie, "%s", cookie);
}

void crowd_let(bool is_loose)
{
    if (atomic_exchange(&stage->is_loose, is_loose) != is_loose)
        wait_ms(is_loose ? SETTLE_MS : 2 * SETTLE_MS);
}

unsigned crowd_attempts(void)
{
    return atomic_load(&stage->attempts);
}

unsigned crowd_wins(void)
{
    return atomic_load(&stage->wins);
}
