/* Greece: see third.h. */
#include "journal/support/third.h"

#include "agreement/signed.h"
#include "crypto/cms.h"
#include "crypto/digest.h"
#include "journal/private.h"
#include "store/schema.h"

#include <stdio.h>

#define AGREEMENT "gr-ro"

static bool say(const char *what, const struct error *err)
{
    printf("third: %s: %s\n", what, err->text);
    return false;
}

struct journal_line *third_line(struct pair *pair)
{
    return journal_line_to(&pair->nodes[0].journal, span_text("gr"));
}

static bool keeper_begin(struct pair_node *node, const struct env *env, struct error *err)
{
    char directory[600];
    struct keeper_options options = {.env = env,
                                     .directory = directory,
                                     .passphrase = span_text("test"),
                                     .cost = SECRET_COST_FAST};

    snprintf(directory, sizeof directory, "%s/keeper", node->home);
    return env->make_dir(env->context, node->home, err) &&
           env->make_dir(env->context, directory, err) &&
           keeper_create(&options, span_text(node->party), err) &&
           keeper_open(&options, &node->keeper, err);
}

static bool party_fill(struct third *third, struct agreement_party *out, struct error *err)
{
    static const struct agreement_authority authority = {{(const uint8_t *)"spoc-gr", 7},
                                                         {(const uint8_t *)"Kentro (test)", 13}};
    static const struct span languages[2] = {{(const uint8_t *)"en", 2},
                                             {(const uint8_t *)"el", 2}};
    struct keeper_client client = keeper_client_direct(third->node.keeper);
    struct keeper_keys keys;

    *out = (struct agreement_party){.party = span_text("gr"),
                                    .state = span_text("Greece"),
                                    .status = PARTY_EU_MEMBER,
                                    .certificate_pem = buffer_span(&third->certificate),
                                    .time_zone = span_text("Europe/Athens"),
                                    .contact = span_text("+30 000 000 000"),
                                    .languages = languages,
                                    .language_count = 2,
                                    .authorities = &authority,
                                    .authority_count = 1,
                                    .minimum_protocol = 1};
    if (!keeper_public_keys(&client, &keys, err))
        return false;
    memcpy(out->log_key, keys.log, sizeof out->log_key);
    memcpy(out->custody_key, keys.custody, sizeof out->custody_key);
    memcpy(out->witness_key, keys.witness, sizeof out->witness_key);
    memcpy(out->sealing_key, keys.sealing, sizeof out->sealing_key);
    return true;
}

static bool agreement_make(struct pair *pair, struct third *third, uint8_t fingerprint[DIGEST_SIZE],
                           struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(4 * AGREEMENT_ARENA_SIZE);
    struct buffer document CLEANUP(buffer_free) = buffer_make(AGREEMENT_SIZE_MAX);
    struct buffer once CLEANUP(buffer_free) = buffer_make(AGREEMENT_SIZE_MAX * 2);
    const struct journal_line *line = &pair->nodes[0].journal.lines[0];
    struct agreement_party greece, romania = line->agreement.parties[line->own_side];
    struct agreement_draft draft = {.valid_from_ms = INT64_C(1700000000000),
                                    .valid_to_ms = INT64_C(4000000000000),
                                    .parties = {&greece, &romania}};
    uint8_t psk[32] = {9};
    struct agreement agreement;
    int64_t now_ms = pair_clock_ms();
    struct keeper_client clients[2] = {keeper_client_direct(pair->nodes[0].keeper),
                                       keeper_client_direct(third->node.keeper)};

    if (!institution_make("gr", "Test", now_ms, 30, span_text(""), &third->key, &third->certificate,
                          err) ||
        !party_fill(third, &greece, err))
        return false;
    digest_sha256(span_make(psk, sizeof psk), draft.psk_hash);
    struct institution institutions[2] = {
        {.key_pem = buffer_span(&third->key), .certificate_pem = buffer_span(&third->certificate)},
        {.key_pem = buffer_span(&pair->institution_keys[0]),
         .certificate_pem = buffer_span(&pair->certificates[0])}};
    if (!agreement_default(&draft, &arena, &agreement, err) ||
        !agreement_write(&agreement, &document, err) ||
        !agreement_sign(buffer_span(&document), &institutions[0], now_ms, &arena, &once, err) ||
        !agreement_countersign(buffer_span(&once), &institutions[1], now_ms, &arena, &third->cms,
                               err))
        return false;
    digest_sha256(buffer_span(&document), fingerprint);
    for (size_t i = 0; i < 2; i++)
        if (!keeper_pair(&clients[i], span_text(AGREEMENT), psk, now_ms - 1000, err))
            return false;
    return true;
}

struct adoption {
    struct span cms;
    const uint8_t *fingerprint;
};

static bool adopt_run(struct journal *journal, void *context, struct error *err)
{
    const struct adoption *adoption = context;
    return journal_adopt(journal, adoption->cms, span_make(NULL, 0), adoption->fingerprint, err);
}

static bool books_open(struct third *third, const struct env *env, struct error *err)
{
    struct pair_node *node = &third->node;
    char place[600];
    struct database_options db = {.place = place, .env = env};
    struct journal_options options = {.env = env,
                                      .home = node->home,
                                      .party = span_text(node->party),
                                      .keeper = keeper_client_direct(node->keeper)};

    snprintf(place, sizeof place, "%s/besa.db", node->home);
    return database_open(&db, &node->db, err) &&
           database_migrate(node->db, schema_migrations, schema_migration_count, err) &&
           journal_open(&node->journal, &options, node->db, err);
}

bool third_make(struct pair *pair, struct third *out)
{
    const struct env *env = pair->nodes[0].journal.env;
    uint8_t fingerprint[DIGEST_SIZE];
    struct error err = {0};

    *out = (struct third){.node = {.pair = pair, .party = "gr"},
                          .key = buffer_make(65536),
                          .certificate = buffer_make(65536),
                          .cms = buffer_make(AGREEMENT_SIZE_MAX * 2)};
    snprintf(out->node.home, sizeof out->node.home, "%s/gr", pair->home);
    if (!keeper_begin(&out->node, env, &err) || !agreement_make(pair, out, fingerprint, &err) ||
        !books_open(out, env, &err))
        return say("keys, agreement and books", &err);
    struct adoption adoption = {buffer_span(&out->cms), fingerprint};
    out->node.is_open = true;
    if (!database_begin(out->node.db, DATABASE_FULL, &err) ||
        !journal_create(&out->node.journal, &err) ||
        !adopt_run(&out->node.journal, &adoption, &err) || !database_commit(out->node.db, &err) ||
        !pair_work(&pair->nodes[0], adopt_run, &adoption, &err))
        return say("adoption", &err);
    pair_settle(pair); /* Romania's exchange learns the partner */
    return true;
}

void third_free(struct third *third)
{
    if (third->node.is_open)
        journal_close(&third->node.journal);
    database_close(&third->node.db);
    keeper_close(&third->node.keeper);
    buffer_free(&third->key);
    buffer_free(&third->certificate);
    buffer_free(&third->cms);
}

struct carrying {
    struct journal_line *line;
    struct span bytes;
    struct buffer *answer;
    struct accepted accepted;
};

static bool accept_run(struct journal *journal, void *context, struct error *err)
{
    struct carrying *carrying = context;
    carrying->line->has_met = true; /* no line, hence no contact: bytes are carried by hand */
    return journal_accept(journal, carrying->line, carrying->bytes, &carrying->accepted, err);
}

static bool receipts_run(struct journal *journal, void *context, struct error *err)
{
    struct carrying *carrying = context;
    return journal_write_receipts(journal, carrying->line, 0, carrying->answer, err);
}

static bool receipt_run(struct journal *journal, void *context, struct error *err)
{
    struct carrying *carrying = context;
    int64_t now_ms = pair_clock_ms();
    return journal_receipt(journal, carrying->line, carrying->bytes, now_ms, now_ms, err);
}

static void pump(struct journal *journal)
{
    for (int i = 0; i < 200 && journal_pump(journal); i++)
        ;
}

bool third_deliver(struct pair *pair, struct third *third, bool to_greece, struct error *err)
{
    struct buffer post CLEANUP(buffer_free) = buffer_make(POST_SIZE_MAX);
    struct buffer answer CLEANUP(buffer_free) = buffer_make(1 << 20);
    struct pair_node *from = to_greece ? &pair->nodes[0] : &third->node;
    struct pair_node *to = to_greece ? &third->node : &pair->nodes[0];
    struct journal_line *from_line = to_greece ? third_line(pair) : &third->node.journal.lines[0];
    struct journal_line *to_line = to_greece ? &third->node.journal.lines[0] : third_line(pair);
    struct carrying carrying = {.line = to_line, .answer = &answer};
    uint64_t a = 0, b = 0;

    from_line->is_reachable = true;
    from_line->has_waiting = true;
    job_queue_wake(&from->journal.queue);
    pump(&from->journal);
    if (!journal_next_post(&from->journal, from_line, &post, &a, &b, err))
        return false;
    carrying.bytes = buffer_span(&post);
    if (!pair_work(to, accept_run, &carrying, err))
        return false;
    pump(&to->journal);
    if (!pair_work(to, receipts_run, &carrying, err))
        return false;
    carrying.line = from_line;
    carrying.bytes = buffer_span(&answer);
    return pair_work(from, receipt_run, &carrying, err);
}
