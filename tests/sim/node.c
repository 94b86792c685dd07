/* One node: its parts opened on its machine, pumped and closed; and the prepared pair from which every seed begins. */
#include "sim/world.h"

#include "keeper/client.h"
#include "keeper/fresh.h"
#include "keeper/keys_file.h"
#include "store/schema.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const party_names[MACHINE_COUNT] = {"ro", "al"};
const char *const officer_names[MACHINE_COUNT] = {"ana", "blerim"};

static void place(const struct node *node, const char *what, char out[DISK_NAME_MAX])
{
    snprintf(out, DISK_NAME_MAX, "/%s/%s", node->machine.name, what);
}

static struct keeper_options keeper_place(struct node *node, char directory[DISK_NAME_MAX])
{
    place(node, "keeper", directory);
    return (struct keeper_options){.env = &node->machine.env,
                                   .directory = directory,
                                   .passphrase = span_text("test"),
                                   .cost = SECRET_COST_FAST};
}

bool node_renew(struct node *node, struct error *err)
{
    char directory[DISK_NAME_MAX];
    struct keeper_options options = keeper_place(node, directory);
    return keeper_renew(&options, err);
}

bool node_recover(struct node *node, const struct keeper_lost_log *logs, size_t count,
                  size_t *changed, struct error *err)
{
    char directory[DISK_NAME_MAX];
    struct keeper_options options = keeper_place(node, directory);
    return keeper_recover(&options, logs, count, false, changed, err);
}

/* The value is that of the setting up: a new one would be exchanged by hand, at both nodes alike. */
static const uint8_t psk[32] = {7};

bool node_pair(struct node *node, struct error *err)
{
    struct keeper_client client = keeper_client_direct(node->keeper);
    return keeper_pair(&client, span_text("ro-al"), psk, WORLD_START_MS - 1000, err);
}

bool node_keys_read(struct node *node, struct keys *out, struct error *err)
{
    char directory[DISK_NAME_MAX];
    struct keeper_options options = keeper_place(node, directory);
    return keys_read(&options, out, err);
}

static bool keeper_begin(struct node *node, bool is_new, struct error *err)
{
    char directory[DISK_NAME_MAX];
    struct keeper_options options = keeper_place(node, directory);

    return (!is_new || keeper_create(&options, span_text(node->party), err)) &&
           keeper_open(&options, &node->keeper, err);
}

static void event(void *context, const struct journal_event *what)
{
    struct node *node = context;
    if (node->exchange != NULL)
        exchange_notice(node->exchange, what);
}

static bool books_open(struct node *node, struct error *err)
{
    char path[DISK_NAME_MAX];
    char home[DISK_NAME_MAX];
    char copy[DISK_NAME_MAX];
    struct database_options options = {.place = path, .env = &node->machine.env};
    struct journal_options journal = {.env = &node->machine.env,
                                      .home = home,
                                      .party = span_text(node->party),
                                      .keeper = keeper_client_direct(node->keeper),
                                      .audit_copy =
                                          node->keeps_copy && !node->must_replay ? copy : NULL,
                                      .event_context = node,
                                      .event = event};
    struct exchange_line line = line_of_node(node);

    place(node, "besa.db", path);
    place(node, "audit", copy);
    snprintf(home, sizeof home, "/%s", node->machine.name);
    if (!database_open(&options, &node->db, err) ||
        !database_migrate(node->db, schema_migrations, schema_migration_count, err))
        return false;
    node->has_books = true;
    return journal_open(&node->journal, &journal, node->db, err) &&
           exchange_make(&node->journal, &line, &node->exchange, err);
}

static void parts_close(struct node *node)
{
    exchange_free(&node->exchange);
    if (node->has_books)
        journal_close(&node->journal);
    node->has_books = false;
    database_close(&node->db);
    keeper_close(&node->keeper);
}

static void doing_end(struct node *node)
{
    if (node->machine.disk.has_failed && node->failed_doing == DOING_NOTHING)
        node->failed_doing = node->doing;
    node->doing = DOING_NOTHING;
}

/* Restored books get their domestic entries back before they serve. */
static bool replay(struct node *node, struct error *err)
{
    bool ok = keeper_begin(node, false, err) && books_open(node, err) && copy_replay(node, err);

    node->must_replay = !ok;
    parts_close(node);
    return ok;
}

bool node_open(struct node *node, struct error *err)
{
    node->failed_doing = DOING_NOTHING;
    node->doing = DOING_OPEN;
    node->is_up = (!node->must_replay || replay(node, err)) && keeper_begin(node, false, err) &&
                  books_open(node, err);
    doing_end(node);
    if (!node->is_up) {
        parts_close(node);
        return false;
    }
    node->is_suspended = node->journal.lines[0].is_suspended_by_us;
    node->openings++;
    world_tell(node->world, "%s opens: %" PRIu64 " sent, %" PRIu64 " receipted, %" PRIu64 " held",
               node->machine.name, node->journal.lines[0].out.size, node->journal.lines[0].cosigned,
               node->journal.lines[0].in.size);
    return audit_roots(node);
}

void node_close(struct node *node, bool is_clean)
{
    node->is_up = false;
    node->doing = DOING_CLOSE;
    line_forget(node);
    if (!is_clean)
        node->machine.disk.is_dead = true;
    /* What waits in the queue hears its end; on a dead disk nothing of it can be done. */
    for (int i = 0; i < 64 && node->has_books && node->journal.queue.first != NULL; i++)
        journal_pump(&node->journal);
    if (is_clean)
        audit_roots(node);
    parts_close(node);
    doing_end(node);
    world_tell(node->world, "%s %s", node->machine.name, is_clean ? "closes" : "is gone");
}

void node_pump(struct node *node)
{
    if (!node->is_up)
        return;
    node->doing = DOING_WRITER;
    journal_pump(&node->journal);
    doing_end(node);
    audit_roots(node);
    audit_suspended(node);
    audit_receipted(node);
    audit_resumed(node);
    copy_note(node);
}

void node_courier(struct node *node)
{
    if (!node->is_up)
        return;
    node->doing = DOING_COURIER;
    courier_pump(node->exchange);
    doing_end(node);
}

void node_checkpoint(struct node *node)
{
    struct error err = {0};

    if (!node->is_up || node->journal.is_dead || database_is_dead(node->db))
        return;
    node->doing = DOING_CHECKPOINT;
    database_checkpoint(node->db, CHECKPOINT_PASSIVE, NULL, &err);
    doing_end(node);
}

/* --- the prepared pair --- */

struct setting_up {
    struct world world;
    struct papers *papers;
};

static struct agreement_party party_of(struct node *node, struct span certificate,
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
        printf("keys of %s: %s\n", node->party, err.text);
    memcpy(party.log_key, keys.log, sizeof party.log_key);
    memcpy(party.custody_key, keys.custody, sizeof party.custody_key);
    memcpy(party.witness_key, keys.witness, sizeof party.witness_key);
    memcpy(party.sealing_key, keys.sealing, sizeof party.sealing_key);
    return party;
}

static bool agreement_make(struct setting_up *setting, struct error *err)
{
    static const struct agreement_authority authorities[2] = {
        {{(const uint8_t *)"spoc-ro", 7}, {(const uint8_t *)"Centrul de Cooperare (test)", 27}},
        {{(const uint8_t *)"spoc-al", 7},
         {(const uint8_t *)"Qendra e Bashk\xc3\xabpunimit (test)", 30}},
    };
    static const struct span languages[2] = {{(const uint8_t *)"en", 2},
                                             {(const uint8_t *)"ro", 2}};
    struct agreement_draft draft = {.valid_from_ms = INT64_C(1700000000000),
                                    .valid_to_ms = INT64_C(4000000000000)};
    struct papers *papers = setting->papers;
    struct agreement_party both[2];
    bool ok = papers_begin(papers, party_names, WORLD_START_MS, err);

    for (size_t i = 0; i < 2 && ok; i++) {
        both[i] = party_of(&setting->world.nodes[i], buffer_span(&papers->certificates[i]),
                           &authorities[i], languages);
        draft.parties[i] = &both[i];
    }
    digest_sha256(span_make(psk, sizeof psk), draft.psk_hash);
    ok = ok && papers_sign(papers, &draft, WORLD_START_MS, err);
    for (size_t i = 0; i < 2 && ok; i++) {
        ok = node_pair(&setting->world.nodes[i], err);
    }
    return ok;
}

static bool first_act(struct node *node, const char *name, const char *arguments, struct error *err)
{
    static struct problems problems;
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
    struct buffer out CLEANUP(buffer_free) = buffer_make(1 << 16);
    struct json *json CLEANUP(json_free) = NULL;
    struct json_object object;
    struct json_writer writer = json_writer_make(&out);

    problems_clear(&problems);
    if (!json_parse(span_text(arguments), &json, err))
        return false;
    json_object_begin(&object, json_root(json), &arena, &problems);
    struct desk_call call = {.access = {.officer = span_text("node"), .reason = span_text("init")},
                             .arguments = &object,
                             .problems = &problems,
                             .arena = &arena};
    if (strcmp(name, "case-put") == 0)
        call.access.officer = span_text(officer_names[node->side]);
    return desk_run(&node->journal, desk_act_find(span_text(name)), &call, &writer, err);
}

static bool books_make(struct setting_up *setting, struct node *node, struct error *err)
{
    char officer[160];

    snprintf(officer, sizeof officer,
             "{\"id\":\"%s\",\"name\":\"Test\",\"unit\":\"desk\",\"role\":\"head_of_desk\"}",
             officer_names[node->side]);
    return database_begin(node->db, DATABASE_FULL, err) && journal_create(&node->journal, err) &&
           journal_adopt(&node->journal, buffer_span(&setting->papers->cms), span_make(NULL, 0),
                         setting->papers->fingerprint, err) &&
           first_act(node, "officer-put", officer, err) &&
           first_act(
               node, "officer-put",
               "{\"id\":\"second\",\"name\":\"Test\",\"unit\":\"desk\",\"role\":\"head_of_desk\"}",
               err) &&
           first_act(node, "officer-put",
                     "{\"id\":\"third\",\"name\":\"Test\",\"unit\":\"desk\","
                     "\"role\":\"security_officer\"}",
                     err) &&
           first_act(node, "case-put", "{\"number\":\"c-1\",\"title\":\"Test\"}", err) &&
           database_commit(node->db, err);
}

static bool pair_make(struct setting_up *setting, struct template *template, struct error *err)
{
    struct world *world = &setting->world;

    for (size_t i = 0; i < MACHINE_COUNT; i++) {
        struct node *node = &world->nodes[i];
        *node = (struct node){.world = world, .side = i, .party = party_names[i]};
        disk_make(&node->machine.disk, &template->random);
        machine_start(&node->machine, party_names[i], 1000 + i, &world->now_ms);
        if (!keeper_begin(node, true, err))
            return false;
    }
    if (!agreement_make(setting, err))
        return false;
    for (size_t i = 0; i < MACHINE_COUNT; i++)
        if (!books_open(&world->nodes[i], err) || !books_make(setting, &world->nodes[i], err) ||
            !database_checkpoint(world->nodes[i].db, CHECKPOINT_TRUNCATE, NULL, err))
            return false;
    return true;
}

bool template_make(struct template *template)
{
    struct setting_up *setting = calloc(1, sizeof *setting);
    struct error err = {0};

    if (setting == NULL)
        return false;
    template->random.state = 1;
    setting->world.now_ms = WORLD_START_MS;
    setting->papers = &template->papers;
    papers_fix_randomness();
    bool ok = pair_make(setting, template, &err);
    if (!ok)
        printf("setting up: %s\n", err.text);
    for (size_t i = 0; i < MACHINE_COUNT; i++) {
        struct node *node = &setting->world.nodes[i];
        parts_close(node);
        disk_sync_dir(&node->machine.disk);
        ok = disk_clone(&node->machine.disk, &template->disks[i], &template->random) && ok;
        disk_free(&node->machine.disk);
    }
    free(setting);
    return ok;
}

void template_free(struct template *template)
{
    papers_free(&template->papers);
    for (size_t i = 0; i < MACHINE_COUNT; i++)
        disk_free(&template->disks[i]);
}
