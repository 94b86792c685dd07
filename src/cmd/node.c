/* Node: see node.h. */
#include "cmd/node.h"

#include "cmd/keeper_place.h"
#include "cmd/node_verify.h"
#include "cmd/paired.h"
#include "cmd/restoring.h"
#include "cmd/second.h"
#include "cmd/service.h"
#include "cmd/setup.h"
#include "cmd/training.h"
#include "cmd/upgrade_order.h"

#include "base/text.h"
#include "crypto/secret.h"
#include "desk/approval.h"
#include "desk/roles.h"
#include "store/local_rows.h"
#include "store/schema.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* --- opening --- */

const char *const node_step_names[NODE_STEP_COUNT] = {
    [NODE_STEP_FILES] = "reading its configuration",
    [NODE_STEP_KEEPER] = "waiting for the keeper",
    [NODE_STEP_STORE] = "opening the database",
    [NODE_STEP_BOOKS] = "opening the books",
    [NODE_STEP_REBUILD] = "building the tables",
    [NODE_STEP_LINES] = "opening its listeners and looking up its partners",
    [NODE_STEP_THREADS] = "entering its sandbox and starting its threads",
};

void node_step(const struct node *node, enum node_step begins)
{
    if (node->step != NULL)
        node->step(node->progress_context, begins);
}

bool node_place(const struct home *home, const char *database, char out[NODE_PLACE_SIZE],
                struct error *err)
{
    char path[HOME_PATH_SIZE];

    if (strcmp(database, CONF_DEFAULT_DATABASE) != 0) {
        snprintf(out, NODE_PLACE_SIZE, "%s", database);
        return true;
    }
    if (!home_path(home, HOME_DATABASE, path, err))
        return false;
    snprintf(out, NODE_PLACE_SIZE, "%s", path);
    return true;
}

static bool place_make(struct node *node, const char *database, struct error *err)
{
    return node_place(&node->home, database != NULL ? database : node->config.database, node->place,
                      err);
}

static bool keeper_begin(struct node *node, int keeper_fd, struct error *err)
{
    struct keeper_place place CLEANUP(keeper_place_drop) = {.directory = ""};
    struct keeper_options options;

    if (keeper_fd >= 0)
        return keeper_process_attach(keeper_fd, &node->keeper_process, err);
    return keeper_place_find(&node->home, &node->config, &place, &options, err) &&
           keeper_process_start(&options, &node->keeper_process, err);
}

/* New books get their schema at once, and so do those of an exercise; others by `besa upgrade`, which wants a backup. */
static bool schema_permits(struct node *node, bool may_migrate, struct error *err)
{
    int64_t version = 0;

    if (!database_version(node->db, &version, err))
        return false;
    return may_migrate || node->config.is_training || version == 0 ||
           version >= (int64_t)schema_migration_count ||
           error_set(err, ERROR_RULE,
                     "the books are of schema %" PRId64 ", this program is of %zu: besa upgrade",
                     version, schema_migration_count);
}

static bool store_open(struct node *node, bool is_reader, bool may_migrate, struct error *err)
{
    struct database_options options = {
        .place = node->place, .is_reader = is_reader, .env = node->env};

    return database_open(&options, &node->db, err) &&
           (is_reader ||
            (schema_permits(node, may_migrate, err) &&
             database_migrate(node->db, schema_migrations, schema_migration_count, err) &&
             restoring_books_settle(node->db, err)));
}

static void rebuild_progress(void *context, int64_t done, int64_t total)
{
    const struct node *node = context;

    if (node->progress != NULL)
        node->progress(node->progress_context, done, total);
}

static bool journal_begin(struct node *node, const struct node_options *options, struct error *err)
{
    struct journal_options journal_options = {.env = node->env,
                                              .home = node->home.path,
                                              .audit_copy = node->config.audit_copy,
                                              .party = span_text(node->config.party),
                                              .keeper = node->keeper,
                                              .event_context = node,
                                              .event = options->event,
                                              .rebuild_progress = rebuild_progress};

    node->has_journal = true; /* closed also when it opened halfway */
    return journal_open(&node->journal, &journal_options, node->db, err);
}

static struct node *node_make(const struct home *home, struct error *err)
{
    struct node *node = calloc(1, sizeof *node);

    if (node == NULL) {
        error_set(err, ERROR_LIMIT, "out of memory");
        return NULL;
    }
    node->env = env_real();
    node->home = *home;
    node->lock_fd = -1;
    return node;
}

/* The act of an upgrade that was killed is written now. Books that cannot take it (a domestic log that stopped) can still be
 * opened, and owe it on; those of a restore get the acts of the audit copy first. */
static void opened(struct node *node, const struct node_options *options)
{
    struct error ignored = {0};

    if (options->database == NULL)
        upgrade_order_settle(node, &ignored);
    node->progress = NULL;
}

bool node_open(const struct node_options *options, struct node **out, struct error *err)
{
    struct node *node = node_make(&options->home, err);

    *out = NULL;
    if (node == NULL)
        return false;
    node->lock_fd = options->lock_fd;
    node->progress = options->progress;
    node->step = options->step;
    node->progress_context = options->progress_context;
    /* The keeper first: it is forked before there is a database connection to inherit. */
    bool ok = (options->lock_fd >= 0 || home_lock(&node->home, &node->lock_fd, err)) &&
              home_config_load(&node->home, &node->config, err) &&
              training_check(&node->home, &node->config, err) &&
              place_make(node, options->database, err) &&
              keeper_begin(node, options->keeper_fd, err);
    if (ok)
        node->keeper = keeper_process_client(node->keeper_process);
    ok = ok && store_open(node, false, options->may_migrate, err) &&
         journal_begin(node, options, err) &&
         training_check_agreements(&node->journal, &node->config, err);
    if (!ok)
        node_close(&node);
    else
        opened(node, options);
    *out = node;
    return ok;
}

bool node_open_reader(const struct home *home, struct node **out, struct error *err)
{
    struct node *node = node_make(home, err);

    *out = NULL;
    if (node == NULL)
        return false;
    if (!home_config_load(&node->home, &node->config, err) ||
        !training_check(&node->home, &node->config, err) || !place_make(node, NULL, err) ||
        !store_open(node, true, false, err))
        node_close(&node);
    *out = node;
    return node != NULL;
}

void node_close(struct node **node)
{
    if (*node == NULL)
        return;
    if ((*node)->has_journal)
        journal_close(&(*node)->journal);
    database_close(&(*node)->db);
    keeper_process_stop(&(*node)->keeper_process);
    home_unlock(&(*node)->lock_fd);
    free(*node);
    *node = NULL;
}

/* --- jobs of the writer that someone waits for --- */

struct waiting_job {
    struct job job; /* first */
    struct node *node;
    bool (*work)(struct node *node, void *context, struct error *err);
    void *context;
    pthread_mutex_t mutex;
    pthread_cond_t ended;
    bool is_done;
    bool ok;
    struct error error;
};

static bool waiting_run(struct journal *journal, struct job *job, struct error *err)
{
    struct waiting_job *waiting = (struct waiting_job *)job;
    (void)journal;

    return waiting->work(waiting->node, waiting->context, err);
}

static void waiting_done(struct journal *journal, struct job *job, bool ok, const struct error *err)
{
    struct waiting_job *waiting = (struct waiting_job *)job;
    (void)journal;

    pthread_mutex_lock(&waiting->mutex);
    waiting->ok = ok;
    if (!ok)
        waiting->error = *err;
    waiting->is_done = true;
    pthread_cond_signal(&waiting->ended);
    pthread_mutex_unlock(&waiting->mutex);
}

static void waiting_wait(struct waiting_job *waiting, bool is_pumping)
{
    if (is_pumping)
        while (!waiting->is_done)
            journal_pump(&waiting->node->journal);
    pthread_mutex_lock(&waiting->mutex);
    while (!waiting->is_done)
        pthread_cond_wait(&waiting->ended, &waiting->mutex);
    pthread_mutex_unlock(&waiting->mutex);
}

bool node_job(struct node *node, bool is_pumping,
              bool (*work)(struct node *node, void *context, struct error *err), void *context,
              struct error *err)
{
    struct waiting_job waiting = {.job = {.run = waiting_run, .done = waiting_done},
                                  .node = node,
                                  .work = work,
                                  .context = context};

    pthread_mutex_init(&waiting.mutex, NULL);
    pthread_cond_init(&waiting.ended, NULL);
    bool ok = journal_submit(&node->journal, &waiting.job, err);
    if (ok) {
        waiting_wait(&waiting, is_pumping);
        ok = waiting.ok;
        if (!ok)
            *err = waiting.error;
    }
    pthread_cond_destroy(&waiting.ended);
    pthread_mutex_destroy(&waiting.mutex);
    return ok;
}

/* --- acts --- */

struct act_work {
    struct control_reading *reading;
    const struct desk_act *desk_act; /* one of these two */
    const struct node_act *node_act;
    struct buffer *result;
    control_progress *progress; /* may be NULL */
    void *progress_context;
};

static const struct node_act *node_act_find(struct span name)
{
    for (size_t i = 0; i < node_act_count; i++)
        if (span_is(name, node_acts[i].name))
            return &node_acts[i];
    return NULL;
}

bool node_access(struct node *node, const struct control_request *request, const char *name,
                 const struct span *objects, size_t object_count, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(64 * 1024);
    struct officer_row officer = {.unit = span_text("node")};
    struct act act = {.officer = request->officer,
                      .reason = request->reason,
                      .case_id = request->case_number,
                      .act = span_text(name),
                      .outcome = span_text("done")};

    if (!text_is_identifier(request->officer, NAME_SIZE_MAX))
        return error_set(err, ERROR_INPUT, "%s: say who acts (--officer)", name);
    if (request->reason.size == 0 || request->reason.size > DESK_REASON_SIZE_MAX ||
        !text_is_plain(request->reason))
        return error_set(err, ERROR_INPUT, "%s: a reason of 1 to %d bytes is required (--reason)",
                         name, DESK_REASON_SIZE_MAX);
    if (!officer_find(node->db, &arena, request->officer, &officer, err))
        return error_add(err, "officer %.*s", SPAN_ARG(request->officer));
    if (!officer.is_active)
        return error_set(err, ERROR_RULE, "officer %.*s is not active here",
                         SPAN_ARG(request->officer));
    if (!role_check(officer.role, name, err))
        return false;
    act.unit = officer.unit;
    return (act_set_objects(&act, objects, object_count) ||
            error_set(err, ERROR_LIMIT, "out of memory")) &&
           journal_access(&node->journal, &act, err);
}

bool node_access_two(struct node *node, const struct control_request *request, const char *name,
                     struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(64 * 1024);
    char text[NAME_SIZE_MAX + 16];
    struct officer_row approver;

    if (request->approver.size == 0)
        return error_set(err, ERROR_RULE, "%s: a second officer is required (--approver)", name);
    if (span_equal(request->approver, request->officer))
        return error_set(err, ERROR_RULE, "%s: nobody approves their own act", name);
    if (!officer_find(node->db, &arena, request->approver, &approver, err))
        return error_add(err, "officer %.*s", SPAN_ARG(request->approver));
    if (!approver.is_active)
        return error_set(err, ERROR_RULE, "officer %.*s is not active here",
                         SPAN_ARG(request->approver));
    if (!role_check_approver(approver.role, name, err))
        return false;
    snprintf(text, sizeof text, "approved-by %.*s", SPAN_ARG(request->approver));
    struct span object = span_text(text);
    return node_access(node, request, name, &object, 1, err);
}

struct act_told {
    struct node *node;
    const struct act_work *work;
};

/* Also for the supervisor: a long act moves. */
static void act_progress(void *context, int64_t done, int64_t total)
{
    const struct act_told *told = context;

    if (told->node->service != NULL)
        service_moved(told->node->service);
    if (told->work->progress != NULL)
        told->work->progress(told->work->progress_context, done, total);
}

/* As a draft, that the one who is asked confirms in a command or a session of their own. */
static bool act_ask(struct node *node, const struct act_work *work, struct desk_call *call,
                    struct json_writer *writer, struct error *err)
{
    const struct control_reading *reading = work->reading;
    struct buffer arguments CLEANUP(buffer_free) = buffer_make(APPROVAL_ARGUMENTS_MAX);

    if (work->desk_act == NULL)
        return error_set(err, ERROR_INPUT, "%s: this act does not wait for a second officer",
                         work->node_act->name);
    if (call->access.approver.size > 0)
        return error_set(err, ERROR_INPUT, "%s: --approver is here, --ask is not: one of them",
                         work->desk_act->name);
    if (!span_is(reading->request.ask, "*"))
        call->access.approver = reading->request.ask;
    return (json_node_write(reading->arguments.node, &arguments) ||
            error_set(err, ERROR_LIMIT, "the arguments of a draft have at most %u bytes",
                      APPROVAL_ARGUMENTS_MAX)) &&
           approval_ask(&node->journal, work->desk_act, call, buffer_span(&arguments), writer, err);
}

static bool act_work_run(struct node *node, const struct act_work *work, struct json_writer *writer,
                         struct error *err)
{
    struct control_reading *reading = work->reading;
    const struct control_request *request = &reading->request;
    struct act_told told = {.node = node, .work = work};
    struct desk_call call = {.access = {.officer = request->officer,
                                        .reason = request->reason,
                                        .case_number = request->case_number,
                                        .approver = request->approver},
                             .arguments = &reading->arguments,
                             .body = request->body,
                             .problems = &reading->problems,
                             .arena = &reading->arena,
                             .progress = act_progress,
                             .progress_context = &told};

    if (request->ask.size > 0)
        return act_ask(node, work, &call, writer, err);
    if (work->desk_act != NULL)
        return desk_run(&node->journal, work->desk_act, &call, writer, err);
    if (work->node_act->needs_second && !node_access_two(node, request, work->node_act->name, err))
        return false;
    if (work->node_act->needs_officer && !work->node_act->needs_second &&
        !node_access(node, request, work->node_act->name, NULL, 0, err))
        return false;
    return work->node_act->run(node, &call, writer, err);
}

/* An argument that the act did not ask for undoes it: nothing is passed over in silence. */
static bool act_work(struct node *node, void *context, struct error *err)
{
    struct act_work *work = context;
    struct json_writer writer = json_writer_make(work->result);

    buffer_clear(work->result);
    if (!act_work_run(node, work, &writer, err))
        return false;
    json_object_end(&work->reading->arguments);
    if (!problems_to_error(&work->reading->problems, err))
        return false;
    return !work->result->failed || error_set(err, ERROR_LIMIT, "the result is too long");
}

static bool act_find(const struct control_request *request, struct act_work *work,
                     struct error *err)
{
    work->desk_act = desk_act_find(request->act);
    work->node_act = work->desk_act == NULL ? node_act_find(request->act) : NULL;
    if (work->desk_act == NULL && work->node_act == NULL)
        return error_set(err, ERROR_MISSING, "no act '%.*s'", SPAN_ARG(request->act));
    if (work->desk_act != NULL && work->desk_act->has_body != (request->body.size > 0))
        return error_set(err, ERROR_INPUT, "%s %s", work->desk_act->name,
                         work->desk_act->has_body ? "needs a message" : "takes no message");
    return true;
}

bool node_act_read(const struct node_file *file, struct error *err)
{
    struct act_work work = {.reading = file->reading,
                            .result = file->result,
                            .progress = file->progress,
                            .progress_context = file->context};

    return act_find(&file->reading->request, &work, err) &&
           node_second_prove(file->node, file->is_pumping, &file->reading->request, err) &&
           node_job(file->node, file->is_pumping, act_work, &work, err);
}

bool node_request_read(const struct node_file *file, struct error *err)
{
    struct span act = file->reading->request.act;
    bool is_upload = span_is(act, "upload");

    if (is_upload || span_is(act, "attachment-get")) {
        if (file->fd < 0)
            return error_set(err, ERROR_INPUT, "%.*s: no file came along", SPAN_ARG(act));
        return is_upload ? node_upload(file, err) : node_attachment_get(file, err);
    }
    if (span_is(act, "verify"))
        return node_verify(file, err);
    if (span_is(act, "agreement-import"))
        return node_agreement_import(file, err);
    if (span_is(act, "pair-import"))
        return node_pair_import(file, err);
    if (span_is(act, "password-change"))
        return node_password_change(file, err);
    /* It tells where sealed bytes lie and under which key: for attachment-get alone. */
    if (span_is(act, "register-scan"))
        return error_set(err, ERROR_MISSING,
                         "no act 'register-scan' here: scans are read over the API");
    if (span_is(act, "attachment-find"))
        return error_set(err, ERROR_MISSING, "no act 'attachment-find'; use attachment-get");
    return node_act_read(file, err);
}

/* What comes from this process takes the way that a line from the socket takes: written, read strictly, run. */
bool node_request(struct node *node, const struct control_request *request, int fd, bool is_pumping,
                  control_progress *progress, void *context, struct buffer *result,
                  struct problems *problems, struct error *err)
{
    struct buffer line CLEANUP(buffer_wipe) = buffer_make(2 * CONTROL_LINE_SIZE_MAX);
    struct control_reading *reading = calloc(1, sizeof *reading);
    struct node_file file = {.node = node,
                             .reading = reading,
                             .fd = fd,
                             .is_pumping = is_pumping,
                             .progress = progress,
                             .context = context,
                             .result = result};

    if (reading == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    bool ok = (control_request_write(request, &line) ||
               error_set(err, ERROR_LIMIT, "the message is longer than %u bytes",
                         CONTROL_LINE_SIZE_MAX)) &&
              control_request_read(buffer_span(&line), reading, err) &&
              node_request_read(&file, err);
    if (!ok && problems != NULL)
        *problems = reading->problems;
    control_reading_end(reading);
    free(reading);
    return ok;
}

bool node_act(struct node *node, const struct control_request *request, bool is_pumping,
              struct buffer *result, struct problems *problems, struct error *err)
{
    return node_request(node, request, -1, is_pumping, NULL, NULL, result, problems, err);
}
