/*
 * What a thief can sign with the home of a node that was copied before its keys changed, for tests in shell; no word of it is
 * said by the node's own program.
 *
 *     stolen_home HOME post FILE                      the next post of what waits in its log, sealed and signed
 *     stolen_home HOME receipt DIR PARTY TIME         a receipt for the newest size of the exported log in DIR, by the oldest
 *                                                     custody key of PARTY, who is robbed, as if given at TIME (Unix seconds)
 */
#include "cmd/log_export.h"
#include "cmd/node.h"
#include "cmd/setup.h"
#include "keeper/keys_file.h"
#include "tlog/checkpoint.h"
#include "tlog/cosignature.h"

#include "base/attributes.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The program's own table is in main.c, which a library cannot hold. */
const struct command commands[] = {{.name = NULL}};

/* As if the partner could be reached: what waits is numbered and signed. */
static bool post_make(const struct home *home, const char *path, struct error *err)
{
    struct node_options options = {.home = *home, .lock_fd = -1, .keeper_fd = -1};
    struct buffer post CLEANUP(buffer_free) = buffer_make(POST_SIZE_MAX);
    struct node *node CLEANUP(node_close) = NULL;
    uint64_t from = 0;
    uint64_t to = 0;

    if (!node_open(&options, &node, err))
        return false;
    struct journal_line *line = &node->journal.lines[0];
    line->is_reachable = true;
    line->has_met = true;
    line->has_waiting = true;
    job_queue_wake(&node->journal.queue);
    for (int i = 0; i < 200 && journal_pump(&node->journal); i++)
        ;
    if (!journal_next_post(&node->journal, line, &post, &from, &to, err) ||
        !env_write_file(env_real(), path, buffer_span(&post), err))
        return false;
    printf("%s %llu %llu\n", line->out.origin, (unsigned long long)from, (unsigned long long)to);
    return true;
}

static bool keys_steal(const struct home *home, struct keys *out, struct error *err)
{
    struct buffer passphrase CLEANUP(buffer_wipe) = buffer_make(PASSPHRASE_SIZE_MAX);
    char directory[HOME_PATH_SIZE];

    if (!home_path(home, HOME_KEEPER, directory, err) || !home_passphrase(home, &passphrase, err))
        return false;
    struct keeper_options options = {
        .env = env_real(), .directory = directory, .passphrase = buffer_span(&passphrase)};
    return keys_read(&options, out, err);
}

/* Origin, size and root as the file `checkpoint` says them; its signature does not matter to a thief. */
static bool newest_read(const char *directory, struct buffer *file, struct checkpoint *out,
                        struct error *err)
{
    char path[HOME_PATH_SIZE];

    snprintf(path, sizeof path, "%s/checkpoint", directory);
    if (!env_read_file(env_real(), path, file->limit, file, err))
        return false;
    const uint8_t *end = memmem(file->data, file->size, "\n\n", 2);
    size_t size = end == NULL ? file->size : (size_t)(end - file->data) + 1;
    return checkpoint_read(span_make(file->data, size), false, out, err);
}

static bool receipt_make(const struct home *home, const char *directory, const char *party,
                         int64_t time_s, struct error *err)
{
    static struct keys keys;
    struct buffer file CLEANUP(buffer_free) = buffer_make(CHECKPOINT_SIZE_MAX);
    struct buffer body CLEANUP(buffer_free) = buffer_make(CHECKPOINT_SIZE_MAX);
    struct buffer message CLEANUP(buffer_free) = buffer_make(CHECKPOINT_SIZE_MAX);
    struct buffer line CLEANUP(buffer_free) = buffer_make(CHECKPOINT_SIZE_MAX);
    uint8_t signature[SIGNATURE_SIZE];
    struct checkpoint newest;
    struct note_key key;
    char name[NAME_SIZE_MAX + 32];

    if (!keys_steal(home, &keys, err) || !newest_read(directory, &file, &newest, err))
        return false;
    snprintf(name, sizeof name, "%s/custody/%u", party, keys.sets[0].number);
    if (!note_key_make(span_text(name), NOTE_COSIGNATURE, keys.sets[0].custody_public, &key) ||
        !checkpoint_write(&newest, &body) ||
        !cosignature_message_write(time_s, buffer_span(&body), &message))
        return error_set(err, ERROR_BUG, "a receipt cannot be written");
    signature_sign(keys.sets[0].custody, buffer_span(&message), signature);
    struct receipt_row row = {.size = (int64_t)newest.size,
                              .time_s = time_s,
                              .root = span_make(newest.root.bytes, TLOG_HASH_SIZE),
                              .signature = span_make(signature, sizeof signature)};
    if (!receipt_line_write(&key, &row, &line))
        return error_set(err, ERROR_BUG, "a receipt cannot be written");
    printf("%.*s", SPAN_ARG(buffer_span(&line)));
    return true;
}

int main(int argc, char **argv)
{
    struct home home = {.path = ""};
    struct error err = {0};
    bool ok = false;

    crypto_start();
    if (argc < 4)
        return 2;
    snprintf(home.path, sizeof home.path, "%s", argv[1]);
    if (argc == 4 && strcmp(argv[2], "post") == 0)
        ok = post_make(&home, argv[3], &err);
    else if (argc == 6 && strcmp(argv[2], "receipt") == 0)
        ok = receipt_make(&home, argv[3], argv[4], atoll(argv[5]), &err);
    else
        return 2;
    if (!ok)
        fprintf(stderr, "stolen_home: %s\n", err.text);
    return ok ? 0 : 1;
}
