/* What the tlog tests share: see tlog_support.h. */
#include "tlog/support/tlog_support.h"

#include "base/env.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#define FILE_SIZE_MAX (32u * 1024u * 1024u)

static void stop(const char *what, const char *why)
{
    printf("%s: %s\n", what, why);
    exit(1);
}

void support_path(char out[SUPPORT_PATH_SIZE], const char *name)
{
    const char *given = getenv("BESA_VECTORS");
    const char *directory = given != NULL && given[0] != '\0' ? given : BESA_TEST_DATA "/vectors";

    if (snprintf(out, SUPPORT_PATH_SIZE, "%s/%s", directory, name) >= SUPPORT_PATH_SIZE)
        stop(name, "path too long");
}

struct buffer support_file(const char *name)
{
    char path[SUPPORT_PATH_SIZE];
    struct buffer bytes = buffer_make(FILE_SIZE_MAX);
    struct error err = {0};

    support_path(path, name);
    if (!env_read_file(env_real(), path, FILE_SIZE_MAX, &bytes, &err))
        stop(path, err.text);
    return bytes;
}

size_t support_each(const char *folder, const char *prefix,
                    void (*visit)(const char *folder, const char *name))
{
    char path[SUPPORT_PATH_SIZE];
    size_t count = 0;

    support_path(path, folder);
    DIR *directory = opendir(path);
    if (directory == NULL)
        stop(path, "cannot be opened");
    for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
        if (entry->d_name[0] == '.' || strncmp(entry->d_name, prefix, strlen(prefix)) != 0)
            continue;
        visit(folder, entry->d_name);
        count++;
    }
    closedir(directory);
    return count;
}

/* Numbers become texts and null an empty list; nothing inside a text is touched. */
static void json_soften(struct span from, struct buffer *out)
{
    bool is_text = false;

    for (size_t i = 0; i < from.size; i++) {
        char c = (char)from.data[i];
        if (c == '"' && (i == 0 || from.data[i - 1] != '\\'))
            is_text = !is_text;
        if (is_text || (!isdigit((unsigned char)c) && c != 'n')) {
            buffer_byte(out, (uint8_t)c);
        } else if (c == 'n' && span_starts_with(span_part(from, i, 4), "null")) {
            buffer_text(out, "[]");
            i += 3;
        } else {
            bool is_number = isdigit((unsigned char)c) != 0;
            if (is_number)
                buffer_byte(out, '"');
            buffer_byte(out, (uint8_t)c);
            while (is_number && i + 1 < from.size && isdigit(from.data[i + 1]))
                buffer_byte(out, from.data[++i]);
            if (is_number)
                buffer_byte(out, '"');
        }
    }
}

struct json *support_json(const char *name)
{
    struct buffer bytes CLEANUP(buffer_free) = support_file(name);
    struct buffer text CLEANUP(buffer_free) = buffer_make(2u * FILE_SIZE_MAX);
    struct json *json = NULL;
    struct error err = {0};

    buffer_text(&text, "{\"file\":");
    json_soften(buffer_span(&bytes), &text);
    buffer_text(&text, "}");
    if (text.failed || !json_parse(buffer_span(&text), &json, &err))
        stop(name, text.failed ? "too large" : err.text);
    return json;
}

struct signer support_signer(const char *name, enum note_key_type type, uint8_t seed)
{
    struct signer signer;
    uint8_t seed_bytes[SIGNATURE_SEED_SIZE] = {seed};
    uint8_t public_key[SIGNATURE_PUBLIC_SIZE];

    signature_keys(seed_bytes, public_key, signer.secret);
    if (!note_key_make(span_text(name), type, public_key, &signer.key))
        stop(name, "is not a key name");
    return signer;
}

struct buffer support_checkpoint(const struct signer *signer, uint64_t size,
                                 const struct tlog_hash *root)
{
    struct checkpoint checkpoint = {span_text(signer->key.name), size, *root};
    struct buffer body CLEANUP(buffer_free) = buffer_make(CHECKPOINT_SIZE_MAX);
    struct buffer out = buffer_make(CHECKPOINT_SIZE_MAX);

    if (!checkpoint_write(&checkpoint, &body) || !note_text_write(buffer_span(&body), &out) ||
        !note_sign(&signer->key, signer->secret, buffer_span(&body), &out))
        stop(signer->key.name, "cannot be signed");
    return out;
}

void support_cosign(const struct signer *signer, int64_t time_s, struct span body,
                    struct buffer *out)
{
    struct buffer message CLEANUP(buffer_free) = buffer_make(CHECKPOINT_SIZE_MAX);
    uint8_t signature[SIGNATURE_SIZE];

    if (!cosignature_message_write(time_s, body, &message))
        stop(signer->key.name, "cannot cosign");
    signature_sign(signer->secret, buffer_span(&message), signature);
    if (!cosignature_line_write(&signer->key, time_s, signature, out))
        stop(signer->key.name, "cannot cosign");
}

struct tlog_hash *support_leaves(size_t count)
{
    struct tlog_hash *leaves = calloc(count + 1, sizeof *leaves);

    if (leaves == NULL)
        stop("leaves", "memory is out");
    for (size_t i = 0; i < count; i++) {
        char entry[32];
        snprintf(entry, sizeof entry, "entry %zu", i);
        tlog_leaf_hash(span_text(entry), &leaves[i]);
    }
    return leaves;
}

/* Row by row, the odd last node rising as it is: the same tree as the RFC's split at the largest power of two. */
void support_root(const struct tlog_hash *leaves, size_t count, struct tlog_hash *out)
{
    struct tlog_hash *row = calloc(count + 1, sizeof *row);

    if (row == NULL)
        stop("row", "memory is out");
    memcpy(row, leaves, count * sizeof *row);
    if (count == 0)
        tlog_empty_root(&row[0]);
    while (count > 1) {
        for (size_t i = 0; i < count / 2; i++)
            tlog_node_hash(&row[2 * i], &row[2 * i + 1], &row[i]);
        if (count % 2 != 0)
            row[count / 2] = row[count - 1];
        count = count / 2 + count % 2;
    }
    *out = row[0];
    free(row);
}
