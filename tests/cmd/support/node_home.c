/* See node_home.h. */
#include "cmd/support/node_home.h"

#include "base/attributes.h"
#include "crypto/cms.h"

#include "crypto/secret.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void die(const char *what, const struct error *err)
{
    printf("node_home: %s: %s\n", what, err->text);
    exit(1);
}

static void files_make(struct node_home *home)
{
    static const char *const names[] = {HOME_KEEPER, HOME_ATTACHMENTS, HOME_RUN};
    const struct env *env = env_real();
    struct error err = {0};
    char path[HOME_PATH_SIZE];
    struct config config = {.party = "ro",
                            .listen = "127.0.0.1:0",
                            .tls_name = "ro.besa.invalid",
                            .is_training = true,
                            .database = CONF_DEFAULT_DATABASE};

    for (size_t i = 0; i < ARRAY_COUNT(names); i++)
        if (!home_path(&home->home, names[i], path, &err) ||
            !env->make_dir(env->context, path, &err))
            die(names[i], &err);
    if (!home_config_save(&home->home, &config, &err) ||
        !home_path(&home->home, HOME_PASSPHRASE, path, &err) ||
        !env_write_file(env, path, span_text("for tests\n"), &err) ||
        !home_path(&home->home, HOME_KEEPER, path, &err))
        die("files", &err);
    struct keeper_options keeper = {.env = env,
                                    .directory = path,
                                    .passphrase = span_text("for tests"),
                                    .cost = SECRET_COST_FAST};
    if (!keeper_create(&keeper, span_text("ro"), &err))
        die("keeper", &err);
}

static bool books_make(struct node *node, void *context, struct error *err)
{
    (void)context;
    return journal_create(&node->journal, err);
}

static bool first_act(struct node_home *home, const char *officer, const char *act,
                      const char *arguments, struct error *err)
{
    struct buffer result CLEANUP(buffer_free) = buffer_make(65536);
    struct control_request request = {.act = span_text(act),
                                      .officer = span_text(officer),
                                      .reason = span_text("a test"),
                                      .arguments = span_text(arguments)};

    return node_act(home->node, &request, true, &result, NULL, err);
}

void node_home_make(struct node_home *out)
{
    struct error err = {0};

    crypto_start();
    unsetenv("CREDENTIALS_DIRECTORY");
    unsetenv("BESA_PASSPHRASE_FILE");
    *out = (struct node_home){.directory = "/tmp/besa-node-XXXXXX"};
    if (mkdtemp(out->directory) == NULL || !home_find(out->directory, &out->home, &err))
        die("directory", &err);
    files_make(out);
    struct node_options options = {.home = out->home, .lock_fd = -1, .keeper_fd = -1};
    if (!node_open(&options, &out->node, &err) ||
        !node_job(out->node, true, books_make, NULL, &err) ||
        !first_act(out, "node", "officer-put",
                   "{\"id\":\"ana\",\"name\":\"Test\",\"unit\":\"desk\",\"role\":\"head_of_desk\"}",
                   &err) ||
        !first_act(
            out, "node", "officer-put",
            "{\"id\":\"admin\",\"name\":\"Test\",\"unit\":\"desk\",\"role\":\"administrator\"}",
            &err) ||
        !first_act(out, "ana", "case-put", "{\"number\":\"c-1\",\"title\":\"Test\"}", &err))
        die("node", &err);
}

static void *writer_run(void *context)
{
    struct node_home *home = context;

    while (__atomic_load_n(&home->stop, __ATOMIC_ACQUIRE) == 0)
        if (!journal_pump(&home->node->journal))
            journal_wait(&home->node->journal, 20);
    return NULL;
}

void node_home_write(struct node_home *home)
{
    home->has_writer = pthread_create(&home->writer, NULL, writer_run, home) == 0;
    if (!home->has_writer)
        exit(1);
}

void node_home_free(struct node_home *home)
{
    char command[128];

    if (home->has_writer) {
        __atomic_store_n(&home->stop, 1, __ATOMIC_RELEASE);
        job_queue_wake(&home->node->journal.queue);
        pthread_join(home->writer, NULL);
    }
    node_close(&home->node);
    snprintf(command, sizeof command, "rm -rf '%s'", home->directory);
    if (strncmp(home->directory, "/tmp/besa-node-", 15) == 0 && system(command) != 0)
        printf("node_home: %s stays\n", home->directory);
}

bool node_home_act(struct node_home *home, const char *act, const char *arguments,
                   struct buffer *result, struct error *err)
{
    struct control_request request = {.act = span_text(act),
                                      .officer = span_text("ana"),
                                      .reason = span_text("a test"),
                                      .case_number = span_text("c-1"),
                                      .arguments = span_text(arguments)};

    error_clear(err);
    buffer_clear(result);
    return node_act(home->node, &request, !home->has_writer, result, NULL, err);
}

void node_home_tls(const struct node_home *home)
{
    struct buffer pem[4] = {buffer_make(65536), buffer_make(65536), buffer_make(65536),
                            buffer_make(65536)};
    struct error err = {0};
    const struct env *env = env_real();
    char path[HOME_PATH_SIZE];
    int64_t now_ms = env->now_ms(env->context);

    bool ok =
        institution_make("Test", "Test", now_ms, 30, span_make(NULL, 0), &pem[0], &pem[1], &err) &&
        institution_issue_tls(buffer_span(&pem[0]), span_make(NULL, 0), buffer_span(&pem[1]),
                              "ro.besa.invalid", now_ms, 30, &pem[2], &pem[3], &err) &&
        home_path(&home->home, "tls", path, &err) && env->make_dir(env->context, path, &err) &&
        home_path(&home->home, HOME_TLS_KEY, path, &err) &&
        env_write_file(env, path, buffer_span(&pem[2]), &err) &&
        home_path(&home->home, HOME_TLS_CERTIFICATE, path, &err) &&
        env_write_file(env, path, buffer_span(&pem[3]), &err);
    if (!ok) {
        printf("node_home: %s\n", err.text);
        exit(1);
    }
    for (size_t i = 0; i < ARRAY_COUNT(pem); i++)
        buffer_free(&pem[i]);
}
