/*
 * What the files of the demonstration share: the nodes on this machine and who works there, how one is asked, and the steps
 * in their order.
 */
#ifndef BESA_CMD_DEMO_H
#define BESA_CMD_DEMO_H

#include "base/env.h"
#include "base/json.h"
#include "base/text.h"
#include "cmd/command.h"
#include "cmd/control.h"
#include "crypto/digest.h"

#include <signal.h>
#include <sys/types.h>

#define DEMO_DIRECTORY  "build/demo"
#define PATH_SIZE       512
#define RESULT_SIZE     CONTROL_REPLY_SIZE_MAX
#define WAIT_MS         60000 /* for one step between the nodes */
#define LARGE_WAIT_MS   300000
#define POLL_MS         100
#define DEMO_VALID_DAYS "1826" /* of an agreement: the past year, and some to come */
#define ID_SIZE         UUID_TEXT_SIZE
#define CASE_RO         "RO-EXERCISE-7"
#define CASE_AL         "AL-EXERCISE-7"
#define CASE_GR         "GR-EXERCISE-7"

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
    struct place ro, al, gr;
    bool is_scripted;
    bool is_new;
    uint64_t seed;     /* of the year */
    size_t case_count; /* the same */
    char reference[32];
    char request[ID_SIZE]; /* ids of the two messages, the same on both nodes */
    char answer[ID_SIZE];
    char greek[ID_SIZE]; /* Bucharest's request to Athens */
    char uploads[2][2 * 16 + 1];
    uint8_t sha256[2][DIGEST_SIZE];
    char received[TIME_TEXT_SIZE];
};

/* A result being read: fields may be asked for, unknown ones are passed over. */
struct result {
    struct buffer text;
    struct json *json;
    struct arena arena;
    struct problems problems;
    struct json_object object;
};

struct asking {
    const char *officer;
    const char *approver;
    const char *reason;
    const char *act;
    struct span arguments;
    struct span body;
    int fd;
};

extern volatile sig_atomic_t demo_is_interrupted;

/* --- demo.c --- */
void demo_say(const struct place *place, const char *format, ...) PRINTF_LIKE(2, 3);
int64_t demo_now_ms(void);
int64_t clock_ms(void);

/* --- demo_ask.c: asking a node --- */
void result_free(struct result **result);
struct result *result_make(struct error *err);
bool result_parse(struct result *result, struct error *err);
bool place_ask(const struct place *place, const struct asking *asking, struct result **result,
               struct error *err);
bool place_show(const struct place *place, const char *item, struct result **result,
                struct error *err);
bool result_field(struct json_object *object, const char *name, char *out, size_t size);
bool demo_wait(struct demo *demo, bool (*is_so)(struct demo *demo, struct error *err),
               int64_t timeout_ms, const char *what, struct error *err);

/* --- demo_home.c: homes, nodes, people --- */
bool demo_typed(const char *const *words, const char *field, char *out, size_t size,
                struct error *err);
bool place_init(const struct place *place, unsigned port, struct error *err);
bool place_export(const struct place *place, char fingerprint[64], struct error *err);
bool place_import(const struct place *place, const struct place *partner, const char *fingerprint,
                  struct error *err);
bool place_start(struct place *place, struct error *err);
bool place_is_answering(const struct place *place);
bool place_case(const struct place *place, struct error *err);
bool demo_homes_make(struct demo *demo, struct error *err);
bool demo_step_homes(struct demo *demo, struct error *err);
bool demo_step_start(struct demo *demo, struct error *err);
bool demo_step_people(struct demo *demo, struct error *err);

/* --- demo_login.c: log-ins for the console --- */
#define DEMO_PASSWORD_SIZE 80
const char *demo_duty_officer(const struct place *place);
const char *demo_head(const struct place *place);
void demo_password(const char *officer, char out[DEMO_PASSWORD_SIZE]);
bool demo_step_logins(struct demo *demo, struct error *err);

/* --- demo_past.c: the year before --- */
bool demo_past_make(struct demo *demo, struct error *err);

/* --- demo_exchange.c: the request and its answer --- */
bool place_receipt(const struct place *place, const char *item, char time[TIME_TEXT_SIZE],
                   struct error *err);
bool demo_step_attach(struct demo *demo, struct error *err);
bool demo_step_send(struct demo *demo, struct error *err);
bool demo_step_receipt(struct demo *demo, struct error *err);
bool demo_step_inbox(struct demo *demo, struct error *err);
bool demo_step_open(struct demo *demo, struct error *err);
bool demo_step_assign(struct demo *demo, struct error *err);
bool demo_step_told(struct demo *demo, struct error *err);
bool demo_step_held(struct demo *demo, struct error *err);
bool demo_step_read(struct demo *demo, struct error *err);
bool demo_step_answer(struct demo *demo, struct error *err);
bool demo_step_answered(struct demo *demo, struct error *err);

/* --- demo_third.c: Greece, under an agreement of its own --- */
bool demo_third_make(struct demo *demo, struct error *err);
bool demo_step_third(struct demo *demo, struct error *err);
bool demo_step_apart(struct demo *demo, struct error *err);

/* --- demo_check.c: what a test must look at --- */
bool demo_step_verify(struct demo *demo, struct error *err);
bool demo_step_export(struct demo *demo, struct error *err);
bool demo_step_rebuild(struct demo *demo, struct error *err);

#endif
