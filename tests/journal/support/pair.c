/* Two nodes in one process: see pair.h. */
#include "journal/support/pair.h"

#include "agreement/signed.h"
#include "base/text.h"
#include "crypto/cms.h"
#include "exchange/pull_form.h"
#include "keeper/client.h"
#include "store/schema.h"

#include "message/support/samples.h"
#include "store/local_rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const parties[2] = {"ro", "al"};
static const uint8_t shared_key[32] = {7};
static const char *const officers[2] = {"ana", "blerim"};

/* A clock of its own: the samples were recorded in January 2026, and waiting costs no time. */
static int64_t clock_ms = SAMPLE_RECORDED_MS + 2 * SAMPLE_DAY_MS;

static int64_t pair_now_ms(void *context)
{
    (void)context;
    return clock_ms;
}

void pair_wait(int64_t ms)
{
    clock_ms += ms;
}

static enum pair_draws draws;

void pair_draw(enum pair_draws which)
{
    draws = which;
}

/* Only what draws a pause asks for four bytes; keys, ids and salts are longer and stay random. */
static void pair_random(void *context, uint8_t *out, size_t size)
{
    if (size == sizeof(uint32_t) && draws != PAIR_DRAWS_ANY)
        memset(out, draws == PAIR_DRAWS_LEAST ? 0 : 0xff, size);
    else
        env_real()->random(context, out, size);
}

static const struct env *pair_env(void)
{
    static struct env env;
    if (env.now_ms == NULL) {
        env = *env_real();
        env.now_ms = pair_now_ms;
        env.monotonic_ms = pair_now_ms;
        env.random = pair_random;
    }
    return &env;
}

static bool say(const char *what, const struct error *err)
{
    printf("pair: %s: %s\n", what, err->text);
    return false;
}

struct keeper_options pair_keeper(const struct pair_node *node, char directory[600])
{
    snprintf(directory, 600, "%s/keeper", node->home);
    return (struct keeper_options){.env = pair_env(),
                                   .directory = directory,
                                   .passphrase = span_text("test"),
                                   .cost = SECRET_COST_FAST};
}

bool pair_again(struct pair_node *node, struct error *err)
{
    struct keeper_client client = keeper_client_direct(node->keeper);
    return keeper_pair(&client, span_text("ro-al"), shared_key, node->pair->paired_at_ms, err);
}

static bool keeper_begin(struct pair_node *node, bool is_new, struct error *err)
{
    char directory[600];
    struct keeper_options options = pair_keeper(node, directory);

    if (is_new && (!pair_env()->make_dir(NULL, node->home, err) ||
                   !pair_env()->make_dir(NULL, directory, err) ||
                   !keeper_create(&options, span_text(node->party), err)))
        return false;
    return keeper_open(&options, &node->keeper, err);
}

static int64_t line_retry_ms(void *context)
{
    const struct pair_node *node = context;

    return node->pair->says_retry_ms;
}

static bool line_call(void *context, const char *partner, const char *path, struct span body,
                      size_t response_size_max, int64_t deadline_ms,
                      void (*done)(void *, unsigned, struct span, const struct error *),
                      void *done_context, struct error *err);
static void line_wake(void *context)
{
    (void)context;
}

static struct exchange_way line_way(void *context, const char *partner)
{
    const struct pair_node *node = context;
    const struct pair *pair = node->pair;
    (void)partner;
    return (struct exchange_way){.may_call = !pair->is_unreachable[1 - node->side],
                                 .may_wait = true,
                                 .must_pull = pair->is_unreachable[node->side]};
}

static void event(void *context, const struct journal_event *what)
{
    struct pair_node *node = context;
    if (node->exchange != NULL)
        exchange_notice(node->exchange, what);
}

static bool books_open(struct pair_node *node, struct error *err)
{
    char place[600];
    struct database_options db = {.place = place, .env = pair_env()};
    struct journal_options options = {.env = pair_env(),
                                      .home = node->home,
                                      .party = span_text(node->party),
                                      .keeper = keeper_client_direct(node->keeper),
                                      .protocol_oldest = node->pair->protocols[node->side][0],
                                      .protocol_newest = node->pair->protocols[node->side][1],
                                      .event_context = node,
                                      .event = event,
                                      .rebuild_progress = node->rebuild_progress,
                                      .hidden_types = node->hidden_types,
                                      .apply_number = node->apply_number};
    struct exchange_line line = {.context = node,
                                 .call = line_call,
                                 .wake = line_wake,
                                 .retry_ms = line_retry_ms,
                                 .way = line_way};

    if (node->pair->places[node->side] != NULL)
        snprintf(place, sizeof place, "%s", node->pair->places[node->side]);
    else
        snprintf(place, sizeof place, "%s/besa.db", node->home);
    if (!database_open(&db, &node->db, err) ||
        !database_migrate(node->db, schema_migrations, schema_migration_count, err) ||
        !journal_open(&node->journal, &options, node->db, err))
        return false;
    node->is_open = true;
    return exchange_make(&node->journal, &line, &node->exchange, err);
}

static void arrivals_forget(const struct pair_node *node);

void pair_close_node(struct pair_node *node)
{
    arrivals_forget(node);
    for (int i = 0; i < 64 && node->is_open && node->journal.queue.first != NULL; i++)
        journal_pump(&node->journal); /* what waits hears its end */
    if (node->is_open) {
        exchange_free(&node->exchange);
        journal_close(&node->journal);
    }
    database_close(&node->db);
    keeper_close(&node->keeper);
    node->is_open = false;
}

bool pair_reopen(struct pair_node *node)
{
    struct error err = {0};
    pair_close_node(node);
    return (keeper_begin(node, false, &err) && books_open(node, &err)) || say("reopening", &err);
}

/* --- the line: the call arrives at once, its answer comes with the other node's pump --- */

struct arrival {
    struct arrival *next;
    const struct pair_node *from;
    struct buffer body;
    void (*done)(void *, unsigned, struct span, const struct error *); /* NULL: nobody waits */
    void *done_context;
    bool is_lost;
    bool is_withheld;
    bool is_pull;
    int64_t late_ms; /* the caller waits no longer; 0: for ever */
};

/* A node that closes hears no answers any more. */
static void arrivals_forget(const struct pair_node *node)
{
    for (struct arrival *at = node->pair->arrivals; at != NULL; at = at->next)
        if (at->from == node)
            at->done = NULL;
}

static void arrival_remove(struct pair *pair, struct arrival *arrival)
{
    struct arrival **at = &pair->arrivals;
    while (*at != arrival)
        at = &(*at)->next;
    *at = arrival->next;
}

/* A call in the answer to a pull, and the test wants it lost. */
static bool pull_is_lost(struct pair *pair, const struct arrival *arrival, struct span body)
{
    struct pull_call call;
    struct error ignored = {0};
    bool is_lost = pair->loses_pulls && arrival->is_pull && pull_call_read(body, &call, &ignored) &&
                   call.id != 0;

    pair->loses_pulls = pair->loses_pulls && !is_lost;
    return is_lost;
}

/* A post that a pull would bring, and the test answers it: nothing comes, and the next pull brings the answer. */
static bool post_is_kept(struct pair *pair, const struct arrival *arrival, struct span body)
{
    struct pull_call call;
    struct error ignored = {0};

    if (!arrival->is_pull || !pull_call_read(body, &call, &ignored) || call.id == 0 ||
        call.path.size < 5 ||
        !span_is(span_part(call.path, call.path.size - 5, call.path.size), "/push"))
        return false;
    pair->posts++;
    if (pair->says != NULL)
        pair->said_id = call.id;
    return pair->says != NULL;
}

/* What a pull says, with the test's answer where it brings none of its own. */
static bool pull_write(struct pair *pair, struct span body, struct buffer *out)
{
    struct pull_request request;
    struct error ignored = {0};

    if (pair->says == NULL || pair->said_id == 0 || !pull_request_read(body, &request, &ignored) ||
        request.id != 0)
        return buffer_add(out, body);
    request.id = pair->said_id;
    request.status = (uint16_t)pair->says_status;
    request.answer = span_text(pair->says);
    pair->said_id = 0;
    return pull_request_write(&request, out);
}

/* Bytes take their time on the line. */
static void travel(const struct pair *pair, size_t size)
{
    if (pair->bytes_per_s > 0)
        clock_ms += (int64_t)size * 1000 / pair->bytes_per_s;
}

static void arrival_reply(void *context, unsigned status, const char *type, struct span body)
{
    struct arrival *arrival = context;
    struct pair *pair = arrival->from->pair;
    struct error lost = {.kind = ERROR_LINK, .text = "the answer was lost"};
    (void)type;

    struct buffer nothing CLEANUP(buffer_free) = buffer_make(64);
    if (arrival->done != NULL && post_is_kept(pair, arrival, body) &&
        pull_call_write(&(struct pull_call){.id = 0}, &nothing))
        body = buffer_span(&nothing);
    travel(pair, body.size);
    arrival->is_lost = arrival->is_lost || (arrival->late_ms > 0 && clock_ms > arrival->late_ms);
    arrival_remove(pair, arrival);
    if (arrival->done == NULL)
        arrival->is_lost = false;
    else if (arrival->is_withheld)
        arrival->done(arrival->done_context, 200, span_make(NULL, 0), NULL);
    else if (arrival->is_lost || pull_is_lost(pair, arrival, body))
        arrival->done(arrival->done_context, 0, span_make(NULL, 0), &lost);
    else
        arrival->done(arrival->done_context, status, body, NULL);
    buffer_free(&arrival->body);
    free(arrival);
}

static bool ends_with(const char *text, const char *end)
{
    size_t size = strlen(text);
    return size >= strlen(end) && strcmp(text + size - strlen(end), end) == 0;
}

/* True when the test answers it itself. */
static bool post_said(struct pair *pair, const char *path,
                      void (*done)(void *, unsigned, struct span, const struct error *),
                      void *done_context)
{
    pair->posts++;
    pair->posts_2 += strcmp(path, "/2/push") == 0;
    if (pair->says == NULL)
        return false;
    done(done_context, pair->says_status, span_text(pair->says), NULL);
    return true;
}

static bool line_call(void *context, const char *partner, const char *path, struct span body,
                      size_t response_size_max, int64_t deadline_ms,
                      void (*done)(void *, unsigned, struct span, const struct error *),
                      void *done_context, struct error *err)
{
    struct pair_node *node = context;
    struct pair *pair = node->pair;
    struct pair_node *other = &pair->nodes[1 - node->side];
    (void)response_size_max;

    pair->calls++;
    if (pair->calls_until_cut > 0 && --pair->calls_until_cut == 0)
        pair->is_cut = true;
    if (strcmp(partner, other->party) != 0)
        return error_set(err, ERROR_LINK, "a third node has no line here");
    if (pair->is_cut || !other->is_open || pair->is_unreachable[other->side])
        return error_set(err, ERROR_LINK, "connection refused");
    if (pair->unknown != NULL && ends_with(path, pair->unknown)) {
        pair->unknown_calls++;
        done(done_context, pair->unknown_status == 0 ? 404 : pair->unknown_status,
             span_text("no\n"), NULL);
        return true;
    }
    if (ends_with(path, "/push")) {
        if (body.size > pair->post_size)
            pair->post_size = body.size;
        clock_ms += pair->post_travel_ms;
        if (post_said(pair, path, done, done_context))
            return true;
    }
    struct arrival *arrival = calloc(1, sizeof *arrival);
    if (arrival == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    arrival->body = buffer_make(POST_SIZE_MAX);
    if (strcmp(path, PATH_PULL) == 0)
        pull_write(pair, body, &arrival->body);
    else
        buffer_add(&arrival->body, body);
    arrival->done = done;
    arrival->done_context = done_context;
    arrival->from = node;
    arrival->is_pull = strcmp(path, PATH_PULL) == 0;
    arrival->is_lost = pair->loses_answer;
    pair->loses_answer = false;
    arrival->late_ms = pair->bytes_per_s > 0 ? clock_ms + deadline_ms : 0;
    travel(pair, body.size);
    arrival->next = pair->arrivals;
    pair->arrivals = arrival;
    arrival->is_withheld = pair->withholds && ends_with(path, "/push");
    exchange_receive(other->exchange, span_text(node->party), span_text(path),
                     buffer_span(&arrival->body), arrival_reply, arrival);
    return true;
}

int64_t pair_clock_ms(void)
{
    return clock_ms;
}

static bool round_run(struct pair *pair)
{
    bool did = false;

    for (size_t i = 0; i < 2; i++) {
        if (!pair->nodes[i].is_open)
            continue;
        did = courier_pump(pair->nodes[i].exchange) || did;
        did = journal_pump(&pair->nodes[i].journal) || did;
    }
    clock_ms += did ? 1 : 100;
    return did;
}

void pair_run(struct pair *pair, int64_t for_ms)
{
    int64_t until_ms = clock_ms + for_ms;
    while (clock_ms < until_ms)
        round_run(pair);
}

#define IDLE_ROUNDS 400 /* of a tenth of a second: longer than the longest back-off */
#define PULL_ROUNDS 150 /* shorter than a pull waits: its end would be a movement */

void pair_settle(struct pair *pair)
{
    bool is_pulling = pair->is_unreachable[0] || pair->is_unreachable[1];
    int most = is_pulling ? PULL_ROUNDS : IDLE_ROUNDS;
    int idle = 0;
    for (int round = 0; round < 20000 && idle < most; round++)
        idle = round_run(pair) ? 0 : idle + 1;
}

/* --- acts --- */

struct act_job {
    struct job job;
    const struct desk_act *act;
    struct desk_call *call;
    struct buffer *out;
    struct error *err;
    bool is_done;
    bool ok;
};

static bool act_job_run(struct journal *journal, struct job *job, struct error *err)
{
    struct act_job *act = (struct act_job *)job;
    struct json_writer writer = json_writer_make(act->out);
    buffer_clear(act->out);
    return desk_run(journal, act->act, act->call, &writer, err);
}

static void act_job_done(struct journal *journal, struct job *job, bool ok, const struct error *err)
{
    struct act_job *act = (struct act_job *)job;
    (void)journal;
    act->is_done = true;
    act->ok = ok;
    if (!ok)
        *act->err = *err;
}

static bool act_run_job(struct pair_node *node, struct act_job *job, struct error *err)
{
    if (!journal_submit(&node->journal, &job->job, err))
        return false;
    for (int i = 0; i < 100 && !job->is_done; i++)
        journal_pump(&node->journal);
    return job->is_done && job->ok;
}

bool pair_act_as(struct pair_node *node, const char *officer, const char *act,
                 const char *arguments, struct buffer *out, struct error *err)
{
    static struct problems problems;
    struct arena arena CLEANUP(arena_free) = arena_make(1u << 20);
    struct json *json CLEANUP(json_free) = NULL;
    struct json_object object;

    problems_clear(&problems);
    buffer_clear(out);
    if (!json_parse(span_text(arguments), &json, err))
        return false;
    json_object_begin(&object, json_root(json), &arena, &problems);
    struct desk_call call = {.access = {.officer = span_text(officer), .reason = span_text("test")},
                             .arguments = &object,
                             .problems = &problems,
                             .arena = &arena};
    struct act_job job = {.job = {.run = act_job_run, .done = act_job_done},
                          .act = desk_act_find(span_text(act)),
                          .call = &call,
                          .out = out,
                          .err = err};
    return act_run_job(node, &job, err);
}

/* An agreement is ended by two who may end it, and the one who approves messages is none of them: a signatory, entered when
 * the first one is wanted. */
static const char *approver_for(struct pair_node *node, const char *act)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1u << 16);
    struct buffer out CLEANUP(buffer_free) = buffer_make(65536);
    struct officer_row row;
    struct error err = {0};

    if (strcmp(act, "agreement-terminate") != 0)
        return "second";
    if (officer_find(node->db, &arena, span_text("signer"), &row, &err))
        return "signer";
    error_clear(&err);
    return pair_act(node, "officer-put",
                    "{\"id\":\"signer\",\"name\":\"Test\",\"unit\":\"desk\","
                    "\"role\":\"signatory\"}",
                    span_text(""), &out, &err)
               ? "signer"
               : "";
}

static bool act_run(struct pair_node *node, const char *act, const char *arguments,
                    struct span body, bool is_alone, struct buffer *out, struct error *err)
{
    static struct problems problems;
    struct arena arena CLEANUP(arena_free) = arena_make(64u * 1024 * 1024);
    struct json *json CLEANUP(json_free) = NULL;
    struct json_object object;
    bool is_first = strcmp(act, "officer-put") == 0;

    problems_clear(&problems);
    if (!json_parse(span_text(arguments), &json, err))
        return false;
    json_object_begin(&object, json_root(json), &arena, &problems);
    struct desk_call call = {
        .access = {.officer = span_text(is_first ? "node" : officers[node->side]),
                   .reason = span_text("test"),
                   .case_number = span_text(is_first || strcmp(act, "case-put") == 0 ? "" : "c-1"),
                   .approver = span_text(is_first || is_alone ? "" : approver_for(node, act)),
                   .is_alone = is_alone},
        .arguments = &object,
        .body = body,
        .problems = &problems,
        .arena = &arena};
    if (is_first || strcmp(act, "case-put") == 0)
        call.access.approver = span_text("");
    struct act_job job = {.job = {.run = act_job_run, .done = act_job_done},
                          .act = desk_act_find(span_text(act)),
                          .call = &call,
                          .out = out,
                          .err = err};
    return act_run_job(node, &job, err);
}

bool pair_act(struct pair_node *node, const char *act, const char *arguments, struct span body,
              struct buffer *out, struct error *err)
{
    return act_run(node, act, arguments, body, false, out, err);
}

bool pair_act_alone(struct pair_node *node, const char *act, const char *arguments,
                    struct span body, struct buffer *out, struct error *err)
{
    return act_run(node, act, arguments, body, true, out, err);
}

bool pair_request(struct pair_node *node, unsigned number, char item[UUID_TEXT_SIZE],
                  struct error *err)
{
    char reference[24];
    struct request request = sample_request_numbered(number, reference);
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct buffer out CLEANUP(buffer_free) = buffer_make(64 * 1024);

    request.authority = span_text(node->side == 0 ? "Centrul de Cooperare (test)"
                                                  : "Qendra e Bashkëpunimit (test)");
    if (!request_write(&request, &body) ||
        !pair_act(node, "request-send", "{}", buffer_span(&body), &out, err))
        return false;
    /* {"item":"<uuid>",... */
    snprintf(item, UUID_TEXT_SIZE, "%.*s", UUID_TEXT_SIZE - 1, (const char *)out.data + 9);
    return true;
}

/* --- any job --- */

struct work_job {
    struct job job;
    bool (*run)(struct journal *journal, void *context, struct error *err);
    void *context;
    struct error *err;
    bool is_done;
    bool ok;
};

static bool work_job_run(struct journal *journal, struct job *job, struct error *err)
{
    struct work_job *work = (struct work_job *)job;
    return work->run(journal, work->context, err);
}

static void work_job_done(struct journal *journal, struct job *job, bool ok,
                          const struct error *err)
{
    struct work_job *work = (struct work_job *)job;
    (void)journal;
    work->is_done = true;
    work->ok = ok;
    if (!ok)
        *work->err = *err;
}

bool pair_work(struct pair_node *node,
               bool (*run)(struct journal *journal, void *context, struct error *err),
               void *context, struct error *err)
{
    struct work_job work = {.job = {.run = work_job_run, .done = work_job_done},
                            .run = run,
                            .context = context,
                            .err = err};

    if (!journal_submit(&node->journal, &work.job, err))
        return false;
    for (int i = 0; i < 100 && !work.is_done; i++)
        journal_pump(&node->journal);
    return work.is_done && work.ok;
}

bool pair_sign_succession(struct pair *pair, size_t side, size_t signer_count,
                          const struct succession_document *document, struct buffer *out,
                          struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
    struct buffer text CLEANUP(buffer_free) = buffer_make(SUCCESSION_DOCUMENT_MAX);
    struct buffer once CLEANUP(buffer_free) = buffer_make(SUCCESSION_CMS_MAX);
    struct institution institutions[2];

    for (size_t i = 0; i < 2; i++)
        institutions[i] =
            (struct institution){.key_pem = buffer_span(&pair->institution_keys[i]),
                                 .certificate_pem = buffer_span(&pair->certificates[i])};
    buffer_clear(out);
    return succession_document_write(document, &text) &&
           succession_sign(buffer_span(&text), &institutions[side], clock_ms, &arena,
                           signer_count == 1 ? out : &once, err) &&
           (signer_count == 1 || succession_countersign(buffer_span(&once), &institutions[1 - side],
                                                        clock_ms, &arena, out, err));
}

/* --- setting up --- */

static struct agreement_party party_of(const struct pair_node *node, struct span certificate,
                                       const struct agreement_authority *authority,
                                       const struct span *languages)
{
    struct keeper_client client = keeper_client_direct(node->keeper);
    struct keeper_keys keys = {.log = {0}};
    struct error err = {0};
    struct agreement_party party = {
        .party = span_text(node->party),
        .state = span_text(node->side == 0 ? "Romania" : "Albania"),
        .status = node->side == 0 ? PARTY_EU_MEMBER : PARTY_THIRD_COUNTRY,
        .certificate_pem = certificate,
        .time_zone = span_text(node->side == 0 ? "Europe/Bucharest" : "Europe/Tirane"),
        .contact = span_text("+40 000 000 000"),
        .languages = languages,
        .language_count = 2,
        .authorities = authority,
        .authority_count = 1,
        .minimum_protocol = 1};
    if (!keeper_public_keys(&client, &keys, &err))
        say("keys", &err);
    memcpy(party.log_key, keys.log, sizeof party.log_key);
    memcpy(party.custody_key, keys.custody, sizeof party.custody_key);
    memcpy(party.witness_key, keys.witness, sizeof party.witness_key);
    memcpy(party.sealing_key, keys.sealing, sizeof party.sealing_key);
    return party;
}

static bool agreement_make(struct pair *pair, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(4 * AGREEMENT_ARENA_SIZE);
    struct buffer *keys = pair->institution_keys;
    struct buffer *certificates = pair->certificates;
    static const struct agreement_authority authorities[2] = {
        {{(const uint8_t *)"spoc-ro", 7}, {(const uint8_t *)"Centrul de Cooperare (test)", 27}},
        {{(const uint8_t *)"spoc-al", 7},
         {(const uint8_t *)"Qendra e Bashk\xc3\xabpunimit (test)", 30}},
    };
    static const struct span languages[2] = {{(const uint8_t *)"en", 2},
                                             {(const uint8_t *)"ro", 2}};
    struct buffer document = buffer_make(AGREEMENT_SIZE_MAX);
    struct buffer once = buffer_make(AGREEMENT_SIZE_MAX * 2);
    struct agreement_draft draft = {.valid_from_ms = INT64_C(1700000000000),
                                    .valid_to_ms = INT64_C(4000000000000)};
    struct agreement_party both[2];
    struct agreement agreement;
    int64_t now_ms = clock_ms;
    const uint8_t *psk = shared_key;
    bool ok = true;

    for (size_t i = 0; i < 2 && ok; i++) {
        ok = institution_make(parties[i], "Test", now_ms, 30, span_text(""), &keys[i],
                              &certificates[i], err);
        both[i] =
            party_of(&pair->nodes[i], buffer_span(&certificates[i]), &authorities[i], languages);
        draft.parties[i] = &both[i];
    }
    digest_sha256(span_make(psk, sizeof shared_key), draft.psk_hash);
    struct institution institutions[2] = {
        {.key_pem = buffer_span(&keys[0]), .certificate_pem = buffer_span(&certificates[0])},
        {.key_pem = buffer_span(&keys[1]), .certificate_pem = buffer_span(&certificates[1])}};
    ok = ok && agreement_default(&draft, &arena, &agreement, err) &&
         agreement_write(&agreement, &document, err) &&
         agreement_sign(buffer_span(&document), &institutions[0], now_ms, &arena, &once, err) &&
         agreement_countersign(buffer_span(&once), &institutions[1], now_ms, &arena, &pair->cms,
                               err);
    if (ok)
        digest_sha256(buffer_span(&document), pair->fingerprint);
    for (size_t i = 0; i < 2 && ok; i++) {
        struct keeper_client client = keeper_client_direct(pair->nodes[i].keeper);
        pair->paired_at_ms = now_ms - 1000;
        ok = keeper_pair(&client, span_text("ro-al"), psk, pair->paired_at_ms, err);
    }
    buffer_free(&document);
    buffer_free(&once);
    return ok;
}

static bool books_make(struct pair *pair, struct pair_node *node, struct error *err)
{
    struct buffer out CLEANUP(buffer_free) = buffer_make(65536);
    char officer[160];

    if (!database_begin(node->db, DATABASE_FULL, err) || !journal_create(&node->journal, err) ||
        !journal_adopt(&node->journal, buffer_span(&pair->cms), span_make(NULL, 0),
                       pair->fingerprint, err) ||
        !database_commit(node->db, err))
        return false;
    snprintf(officer, sizeof officer,
             "{\"id\":\"%s\",\"name\":\"Test\",\"unit\":\"desk\",\"role\":\"head_of_desk\"}",
             officers[node->side]);
    return pair_act(node, "officer-put", officer, span_text(""), &out, err) &&
           pair_act(node, "officer-put",
                    "{\"id\":\"second\",\"name\":\"Test\",\"unit\":\"desk\",\"role\":\"approver\"}",
                    span_text(""), &out, err) &&
           pair_act(node, "case-put", "{\"number\":\"c-1\",\"title\":\"Test\"}", span_text(""),
                    &out, err);
}

bool pair_make(struct pair *pair)
{
    static const char *const none[2];
    return pair_make_at(pair, none);
}

bool pair_make_at(struct pair *pair, const char *const places[2])
{
    struct error err = {0};

    crypto_start();
    *pair = (struct pair){.places = {places[0], places[1]},
                          .cms = buffer_make(AGREEMENT_SIZE_MAX * 2),
                          .institution_keys = {buffer_make(65536), buffer_make(65536)},
                          .certificates = {buffer_make(65536), buffer_make(65536)}};
    snprintf(pair->home, sizeof pair->home, "/tmp/besa-pair-XXXXXX");
    if (mkdtemp(pair->home) == NULL)
        return false;
    for (size_t i = 0; i < 2; i++) {
        struct pair_node *node = &pair->nodes[i];
        node->pair = pair;
        node->side = i;
        node->party = parties[i];
        snprintf(node->home, sizeof node->home, "%s/%s", pair->home, parties[i]);
        if (!keeper_begin(node, true, &err))
            return say("keeper", &err);
    }
    if (!agreement_make(pair, &err))
        return say("agreement", &err);
    for (size_t i = 0; i < 2; i++) {
        if (!books_open(&pair->nodes[i], &err))
            return say("books", &err);
        if (!books_make(pair, &pair->nodes[i], &err))
            return say("first entries", &err);
    }
    return true;
}

void pair_free(struct pair *pair)
{
    char command[400];

    for (size_t i = 0; i < 2; i++) {
        pair_close_node(&pair->nodes[i]);
        buffer_free(&pair->institution_keys[i]);
        buffer_free(&pair->certificates[i]);
    }
    buffer_free(&pair->cms);
    for (size_t i = 0; i < 2; i++) {
        buffer_free(&pair->institution_keys[i]);
        buffer_free(&pair->certificates[i]);
    }
    snprintf(command, sizeof command, "rm -rf '%s'", pair->home);
    if (strncmp(pair->home, "/tmp/besa-pair-", 15) == 0 && system(command) != 0)
        printf("pair: %s stays\n", pair->home);
}
