/*
 * The keeper with its keys in a PKCS#11 token (SoftHSM here): logs, receipts and witness signatures are made by the token in a
 * process of its own, hold under the keys that the keeper shows, and the keeper is as confined as without. What the token
 * refuses is said at the start; a token's process that dies, at the next signature. Prints what a receipt costs beside one by
 * the key file.
 * covers: frame sign token_files
 */
#include "check.h"

#include "keeper/keys_file.h"
#include "keeper/process.h"
#include "keeper/token_process.h"

#include "base/attributes.h"
#include "base/landlock.h"
#include "tlog/checkpoint.h"
#include "tlog/cosignature.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define MODULE  "/usr/lib/softhsm/libsofthsm2.so"
#define URI     "pkcs11:token=besa;object=keeper?module-path=" MODULE
#define OWN     "ro/ro-al/to/al/0"
#define PARTNER "al/ro-al/to/ro/0"
#define OTHERS  "al/domestic/0"
#define NOW_S   INT64_C(1728000000)

static char place[64];
static char passphrase[] = "a passphrase for tests";
static char pin[] = "2468";
static bool has_token;

/* `name`: a keeper's own directory below the test's. */
static struct keeper_options options_of(const char *name, const struct keeper_token *token)
{
    static char paths[8][128];
    static size_t next;
    char *path = paths[next++ % 8];

    snprintf(path, sizeof paths[0], "%s/%s", place, name);
    return (struct keeper_options){.env = env_real(),
                                   .directory = path,
                                   .passphrase = span_text(passphrase),
                                   .cost = SECRET_COST_FAST,
                                   .token = token};
}

static struct keeper_token token_of(char *with_pin)
{
    return (struct keeper_token){.uri = span_text(URI), .pin = span_text(with_pin)};
}

static bool shell(const char *words)
{
    char line[1024];

    snprintf(line, sizeof line, "cd '%s' && { %s; } > said.txt 2>&1 < /dev/null", place, words);
    return system(line) == 0;
}

static bool token_make(void)
{
    char conf[128];

    snprintf(conf, sizeof conf, "%s/softhsm.conf", place);
    FILE *file = access(MODULE, R_OK) == 0 ? fopen(conf, "w") : NULL;
    if (file == NULL)
        return false;
    fprintf(file, "directories.tokendir = %s/tokens\n", place);
    fclose(file);
    setenv("SOFTHSM2_CONF", conf, 1);
    return shell(
        "mkdir tokens && softhsm2-util --init-token --free --label besa --so-pin 1357 --pin 2468");
}

static struct keeper_process *started(const struct keeper_options *options,
                                      struct keeper_client *client, struct error *err)
{
    struct keeper_process *process = NULL;

    error_clear(err);
    if (!keeper_process_start(options, &process, err))
        return NULL;
    *client = keeper_process_client(process);
    return process;
}

static void leaf_make(uint64_t index, struct tlog_hash *out)
{
    tlog_leaf_hash(span_make(&index, sizeof index), out);
}

/* In a process of its own, as `besa init` and `besa keeper renew` do it: no module stays behind in this one. */
static bool made(bool (*make)(const struct keeper_options *options, struct error *err),
                 const struct keeper_options *options)
{
    int status = 0;

    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        struct error err = {0};
        bool ok = make(options, &err);
        if (!ok)
            printf("%s\n", err.text);
        fflush(stdout);
        _exit(ok ? 0 : 1);
    }
    return waitpid(pid, &status, 0) == pid && status == 0;
}

static bool create(const struct keeper_options *options, struct error *err)
{
    return keeper_create(options, span_text("ro"), err);
}

/* One leaf more, signed: a checkpoint of our log or a receipt of the partner's. */
static bool grow(const struct keeper_client *client, enum keeper_slot kind, uint64_t size,
                 uint8_t set, struct keeper_step *out, struct error *err)
{
    static struct tlog_hash leaf;

    leaf_make(size, &leaf);
    *out = (struct keeper_step){.kind = kind,
                                .origin = span_text(kind == KEEPER_LOG ? OWN : PARTNER),
                                .size_before = size,
                                .leaves = &leaf,
                                .count = 1,
                                .is_signed = true,
                                .set = set,
                                .time_s = kind == KEEPER_CUSTODY ? NOW_S + (int64_t)size : 0};
    return keeper_advance(client, out, 1, err);
}

static bool holds(const struct keeper_step *step, const uint8_t key[SIGNATURE_PUBLIC_SIZE])
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(4096);
    struct buffer message CLEANUP(buffer_free) = buffer_make(4096);
    struct checkpoint checkpoint = {step->origin, step->size, step->root};
    bool is_custody = step->kind == KEEPER_CUSTODY;

    return checkpoint_write(&checkpoint, &text) &&
           (!is_custody || cosignature_message_write(step->time_s, buffer_span(&text), &message)) &&
           signature_verify(key, buffer_span(is_custody ? &message : &text), step->signature);
}

CHECK_TEST(what_the_token_signs_holds_under_the_keepers_keys)
{
    struct keeper_token token = token_of(pin);
    struct keeper_options options = options_of("a", &token);
    struct keeper_client client;
    struct keeper_keys keys;
    struct keeper_step step;
    struct tlog_hash leaf;
    struct error err = {0};

    if (!has_token)
        CHECK_NOT_RUN("no SoftHSM");
    CHECK_OR_RETURN(made(create, &options));
    struct keeper_process *process = started(&options, &client, &err);
    CHECK_OK(process != NULL, err);
    CHECK_OK(keeper_public_keys(&client, &keys, &err), err);
    CHECK(keys.is_in_token);
    CHECK_OK(keeper_register(&client, KEEPER_LOG, span_text(OWN), &err), err);
    CHECK_OK(keeper_register(&client, KEEPER_CUSTODY, span_text(PARTNER), &err), err);
    CHECK_OK(keeper_register(&client, KEEPER_WITNESS, span_text(OTHERS), &err), err);
    for (uint64_t size = 0; size < 3; size++) {
        CHECK_OK(grow(&client, KEEPER_LOG, size, 0, &step, &err), err);
        CHECK(holds(&step, keys.log) && !holds(&step, keys.custody));
        CHECK_OK(grow(&client, KEEPER_CUSTODY, size, 0, &step, &err), err);
        CHECK(holds(&step, keys.custody) && !holds(&step, keys.log));
    }
    leaf_make(0, &leaf);
    struct keeper_witness witness = {
        .origin = span_text(OTHERS), .size = 1, .root = leaf, .time_s = NOW_S};
    CHECK_OK(keeper_witness(&client, &witness, &err), err);
    /* The same again after a restart: the same bytes. */
    uint8_t before[SIGNATURE_SIZE];
    memcpy(before, step.signature, sizeof before);
    keeper_process_stop(&process);
    process = started(&options, &client, &err);
    CHECK_OK(process != NULL, err);
    step.size_before = 3;
    step.count = 0;
    CHECK_OK(keeper_advance(&client, &step, 1, &err), err);
    CHECK(memcmp(step.signature, before, sizeof before) == 0);
    keeper_process_stop(&process);
}

/* Its only child. */
static pid_t child_of(pid_t pid)
{
    char path[64];
    long child = 0;

    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)pid, (int)pid);
    FILE *file = fopen(path, "r");
    if (file != NULL && fscanf(file, "%ld", &child) != 1)
        child = 0;
    if (file != NULL)
        fclose(file);
    return (pid_t)child;
}

static bool status_has(pid_t pid, const char *line)
{
    char path[64];
    char found[128];
    bool ok = false;

    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *file = fopen(path, "r");
    while (file != NULL && fgets(found, sizeof found, file) != NULL)
        ok = ok || strcmp(found, line) == 0;
    if (file != NULL)
        fclose(file);
    return ok;
}

static bool has_module(pid_t pid)
{
    char words[128];

    snprintf(words, sizeof words, "grep -q softhsm /proc/%d/maps", (int)pid);
    return shell(words);
}

CHECK_TEST(the_module_is_in_a_process_of_its_own_and_ends_with_the_keeper)
{
    struct keeper_token token = token_of(pin);
    struct keeper_options options = options_of("a", &token);
    struct keeper_client client;
    struct error err = {0};

    if (!has_token)
        CHECK_NOT_RUN("no SoftHSM");
    struct keeper_process *process = started(&options, &client, &err);
    CHECK_OK(process != NULL, err);
    pid_t keeper = keeper_process_pid(process);
    pid_t helper = child_of(keeper);
    CHECK_OR_RETURN(helper > 0);
    CHECK(has_module(helper) && !has_module(keeper));
    CHECK(status_has(keeper, "Seccomp:\t2\n") && status_has(keeper, "NoNewPrivs:\t1\n"));
    CHECK(status_has(helper, "Seccomp:\t2\n") && status_has(helper, "NoNewPrivs:\t1\n"));
    keeper_process_stop(&process);
    for (int i = 0; i < 500 && kill(helper, 0) == 0 && !status_has(helper, "State:\tZ (zombie)\n");
         i++)
        usleep(10000);
    CHECK(kill(helper, 0) != 0 || status_has(helper, "State:\tZ (zombie)\n"));
}

/* What the module wrote of one path: its errno; -1: nothing. */
static int nosy_said(const char *path)
{
    char line[512], said[160];
    int found = -1;

    snprintf(said, sizeof said, "%s/tokens/said", place);
    FILE *file = fopen(said, "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        char *end = NULL;
        long number = strtol(line, &end, 10);
        line[strcspn(line, "\n")] = '\0';
        if (strcmp(end + 1, path) == 0)
            found = (int)number;
    }
    if (file != NULL)
        fclose(file);
    return found;
}

/* It opens its tokens, and nothing of the node, of the user or of the machine. */
CHECK_TEST(a_module_of_bad_intent_opens_nothing_but_its_own)
{
    char uri[512], files[320], looks[1024], says[160], keys[128], conf[128];
    struct keeper_token token = token_of(pin);
    struct keeper_options options = options_of("a", &token);
    struct keeper_client client;
    struct keeper_step step = {.kind = KEEPER_CUSTODY, /* the last receipt again */
                               .origin = span_text(PARTNER),
                               .size_before = 3,
                               .is_signed = true,
                               .time_s = NOW_S + 2};
    struct error err = {0};

    if (!has_token)
        CHECK_NOT_RUN("no SoftHSM");
    if (landlock_version() <= 0)
        CHECK_NOT_RUN("no Landlock in this kernel");
    snprintf(keys, sizeof keys, "%s/a/keeper.keys", place);
    snprintf(conf, sizeof conf, "%s/softhsm.conf", place);
    snprintf(looks, sizeof looks, "%s:/etc/passwd:/proc/self/environ:%s:%s", keys, place, conf);
    snprintf(says, sizeof says, "%s/tokens/said", place);
    snprintf(files, sizeof files, "%s/tokens:%s", place, conf);
    snprintf(uri, sizeof uri, "pkcs11:token=besa;object=keeper?module-path=%s", BESA_NOSY_MODULE);
    setenv("BESA_NOSY_LOOKS", looks, 1);
    setenv("BESA_NOSY_SAYS", says, 1);
    token.uri = span_text(uri);
    token.files = span_text(files);
    struct keeper_process *process = started(&options, &client, &err);
    CHECK_OK(process != NULL, err);
    CHECK_INT(nosy_said(keys), EACCES);
    CHECK_INT(nosy_said("/etc/passwd"), EACCES);
    CHECK_INT(nosy_said("/proc/self/environ"), EACCES);
    CHECK_INT(nosy_said(place), EACCES);
    CHECK_INT(nosy_said(conf), 0);
    CHECK_OK(keeper_advance(&client, &step, 1, &err), err);
    keeper_process_stop(&process);
    /* Without its own files named, it finds no token; a path that is not there is said. */
    token.files = span_text("");
    CHECK(started(&options, &client, &err) == NULL);
    token.files = span_text("/there/is/none");
    CHECK(started(&options, &client, &err) == NULL);
    CHECK_ERROR(err, ERROR_STORE, "keeper_key_files: sandbox: /there/is/none");
}

/* Open in this process, where `besa init` has its home and its books. */
static bool create_with_a_file_open(const struct keeper_options *options, struct error *err)
{
    char path[128], descriptor[64];

    snprintf(path, sizeof path, "%s/secret", place);
    FILE *file = fopen(path, "w");
    if (file == NULL)
        return false;
    int high = fcntl(fileno(file), F_DUPFD, 200); /* no file of the module's own gets this number */
    snprintf(descriptor, sizeof descriptor, "%d", high);
    setenv("BESA_NOSY_DESCRIPTOR", descriptor, 1);
    bool ok = keeper_create(options, span_text("ro"), err);
    close(high);
    fclose(file);
    return ok;
}

/* `besa init` and `besa keeper renew` make keys in a token: the same module, as confined. */
CHECK_TEST(a_module_that_makes_keys_opens_nothing_but_its_own)
{
    char uri[512], files[320], looks[1024], says[160], keys[128], conf[128];
    struct keeper_token token = token_of(pin);
    struct keeper_options options = options_of("e", &token);

    if (!has_token)
        CHECK_NOT_RUN("no SoftHSM");
    if (landlock_version() <= 0)
        CHECK_NOT_RUN("no Landlock in this kernel");
    snprintf(keys, sizeof keys, "%s/e/keeper.keys", place);
    snprintf(conf, sizeof conf, "%s/softhsm.conf", place);
    snprintf(looks, sizeof looks, "%s:/etc/passwd:/proc/self/environ:%s:%s", keys, place, conf);
    snprintf(says, sizeof says, "%s/tokens/said", place);
    snprintf(files, sizeof files, "%s/tokens:%s", place, conf);
    snprintf(uri, sizeof uri, "pkcs11:token=besa;object=fifth?module-path=%s", BESA_NOSY_MODULE);
    setenv("BESA_NOSY_LOOKS", looks, 1);
    setenv("BESA_NOSY_SAYS", says, 1);
    token.uri = span_text(uri);
    token.files = span_text(files);
    for (int round = 0; round < 2; round++) {
        unlink(says);
        CHECK_OR_RETURN(made(round == 0 ? create_with_a_file_open : keeper_renew, &options));
        CHECK_INT(nosy_said(keys), round == 0 ? ENOENT : EACCES); /* it is made behind the module */
        CHECK_INT(nosy_said("/etc/passwd"), EACCES);
        CHECK_INT(nosy_said("/proc/self/environ"), EACCES);
        CHECK_INT(nosy_said(place), EACCES);
        CHECK_INT(nosy_said(conf), 0);
        if (round == 0)
            CHECK_INT(nosy_said("descriptor"), EBADF);
    }
    CHECK(access(keys, R_OK) == 0);
}

CHECK_TEST(a_token_that_goes_is_said_and_nothing_is_signed)
{
    struct keeper_token token = token_of(pin);
    struct keeper_options options = options_of("a", &token);
    struct keeper_client client;
    struct keeper_wrapped wrapped;
    struct keeper_step step;
    struct keeper_keys keys;
    struct error err = {0};

    if (!has_token)
        CHECK_NOT_RUN("no SoftHSM");
    struct keeper_process *process = started(&options, &client, &err);
    CHECK_OK(process != NULL, err);
    kill(child_of(keeper_process_pid(process)), SIGKILL);
    CHECK(!grow(&client, KEEPER_CUSTODY, 3, 0, &step, &err));
    CHECK_ERROR(err, ERROR_LINK, "token's process has ended");
    error_clear(&err);
    CHECK_OK(keeper_make_keys(&client, &wrapped, 1, &err),
             err); /* what is on the disk stays readable */
    keeper_process_stop(&process);
    /* What was stored before it could be signed is signed now, and as it was stored. */
    process = started(&options, &client, &err);
    CHECK_OK(process != NULL, err);
    CHECK_OK(keeper_public_keys(&client, &keys, &err), err);
    step.size_before = 4;
    step.count = 0;
    CHECK_OK(keeper_advance(&client, &step, 1, &err), err);
    CHECK(step.size == 4 && holds(&step, keys.custody));
    keeper_process_stop(&process);
}

CHECK_TEST(without_its_token_a_keeper_opens_and_signs_nothing)
{
    struct keeper_options options = options_of("a", NULL);
    struct keeper_client client;
    struct keeper_step step;
    struct error err = {0};

    if (!has_token)
        CHECK_NOT_RUN("no SoftHSM");
    struct keeper_process *process = started(&options, &client, &err);
    CHECK_OK(process != NULL, err);
    CHECK(!grow(&client, KEEPER_CUSTODY, 4, 0, &step, &err)); /* stored, as any that fails */
    CHECK_ERROR(err, ERROR_LINK, "set 0 of the keys is in a token, and none is named here");
    keeper_process_stop(&process);
}

CHECK_TEST(a_wrong_pin_comes_back_from_the_start_and_is_not_tried_again)
{
    char wrong[] = "9999";
    struct keeper_token token = token_of(wrong);
    struct keeper_options options = options_of("a", &token);
    struct keeper_client client;
    struct error err = {0};

    if (!has_token)
        CHECK_NOT_RUN("no SoftHSM");
    CHECK(started(&options, &client, &err) == NULL);
    CHECK_ERROR(err, ERROR_INPUT, "the token refuses the PIN");
    for (int i = 0; i < 12; i++) {
        CHECK(started(&options, &client, &err) == NULL);
        CHECK_ERROR(err, ERROR_RULE, "leaves it alone");
    }
    CHECK(shell("pkcs11-tool --module " MODULE " --token-label besa --login --pin 2468 -O"));
}

CHECK_TEST(keys_go_from_the_file_into_the_token)
{
    struct keeper_options options = options_of("b", NULL);
    struct keeper_token token = token_of(pin);
    struct keeper_client client;
    struct keeper_sets sets;
    struct keeper_step step;
    struct error err = {0};

    token.uri = span_text("pkcs11:token=besa;object=second?module-path=" MODULE);
    if (!has_token)
        CHECK_NOT_RUN("no SoftHSM");
    CHECK_OR_RETURN(made(create, &options));
    options.token = &token;
    CHECK_OR_RETURN(made(keeper_renew, &options));
    struct keeper_process *process = started(&options, &client, &err);
    CHECK_OK(process != NULL, err);
    CHECK_OK(keeper_sets(&client, &sets, &err), err);
    CHECK_INT(sets.count, 2);
    CHECK(!sets.keys[0].is_in_token && sets.keys[1].is_in_token);
    CHECK_OK(keeper_register(&client, KEEPER_CUSTODY, span_text(PARTNER), &err), err);
    CHECK_OK(grow(&client, KEEPER_CUSTODY, 0, 0, &step, &err), err);
    CHECK(holds(&step, sets.keys[0].custody));
    CHECK_OK(grow(&client, KEEPER_CUSTODY, 1, 1, &step, &err), err);
    CHECK(holds(&step, sets.keys[1].custody));
    keeper_process_stop(&process);
    /* A second node under the same names would sign with the same keys. */
    char once[] = "2468"; /* wiped here, once the token's process has it */
    token.pin = span_text(once);
    struct keeper_options other = options_of("c", &token);
    CHECK(keeper_create_anew(&other, span_text("al"), 1, &err) == false);
    CHECK_ERROR(err, ERROR_CONFLICT, "holds a key 'second log 1' already");
}

/* Of a receipt, each of a post of one entry: with the sync of the record, as in a node. */
static double receipts_ms(const struct keeper_options *options, uint64_t first, unsigned count,
                          uint8_t set)
{
    struct keeper_client client;
    struct keeper_step step;
    struct error err = {0};

    struct keeper_process *process = started(options, &client, &err);
    if (process == NULL)
        return 0;
    int64_t began_ms = env_real()->monotonic_ms(NULL);
    for (unsigned i = 0; i < count; i++)
        CHECK(grow(&client, KEEPER_CUSTODY, first + i, set, &step, &err));
    int64_t took_ms = env_real()->monotonic_ms(NULL) - began_ms;
    keeper_process_stop(&process);
    return (double)took_ms / count;
}

CHECK_TEST(receipts_by_file_and_by_token_are_made_and_timed)
{
    struct keeper_options in_file = options_of("d", NULL);
    struct keeper_token token = token_of(pin);
    struct keeper_options in_token = options_of("a", &token);
    struct keeper_client client;
    struct error err = {0};

    if (!has_token)
        CHECK_NOT_RUN("no SoftHSM");
    CHECK_OR_RETURN(made(create, &in_file));
    struct keeper_process *process = started(&in_file, &client, &err);
    CHECK_OK(process != NULL, err);
    CHECK_OK(keeper_register(&client, KEEPER_CUSTODY, span_text(PARTNER), &err), err);
    keeper_process_stop(&process);
    double file_ms = receipts_ms(&in_file, 0, 300, 0);
    double token_ms = receipts_ms(&in_token, 5, 300, 0);
    CHECK(file_ms > 0 && token_ms > 0);
    printf("a receipt: %.2f ms by the file, %.2f ms by the token: %.1f times\n", file_ms, token_ms,
           token_ms / file_ms);
}

int main(void)
{
    char words[128];

    snprintf(place, sizeof place, "/tmp/besa-token-XXXXXX");
    if (mkdtemp(place) == NULL)
        return 1;
    crypto_start();
    has_token = token_make();
    CHECK_RUN(what_the_token_signs_holds_under_the_keepers_keys);
    CHECK_RUN(the_module_is_in_a_process_of_its_own_and_ends_with_the_keeper);
    CHECK_RUN(a_module_of_bad_intent_opens_nothing_but_its_own);
    CHECK_RUN(a_module_that_makes_keys_opens_nothing_but_its_own);
    CHECK_RUN(a_token_that_goes_is_said_and_nothing_is_signed);
    CHECK_RUN(without_its_token_a_keeper_opens_and_signs_nothing);
    CHECK_RUN(a_wrong_pin_comes_back_from_the_start_and_is_not_tried_again);
    CHECK_RUN(keys_go_from_the_file_into_the_token);
    CHECK_RUN(receipts_by_file_and_by_token_are_made_and_timed);
    snprintf(words, sizeof words, "rm -rf '%s'", place);
    return system(words) == 0 ? check_end() : 1;
}
