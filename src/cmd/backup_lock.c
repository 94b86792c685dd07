/* Who opens a backup: a passphrase, or a recovery key that lies away from the machine. See backup.h. */
#include "cmd/backup.h"
#include "cmd/setup.h"

#include "base/attributes.h"
#include "base/json.h"
#include "base/text.h"

#include <stdio.h>
#include <sys/stat.h>

#define RECOVERY_HEAD "besa-recovery/1 "

/* As the keeper's own: a passphrase that others can read guards nothing. A pipe is nobody else's. */
static bool passphrase_is_closed(const char *path, struct error *err)
{
    struct stat st;

    return stat(path, &st) != 0 || !S_ISREG(st.st_mode) || (st.st_mode & 077) == 0 ||
           error_set(err, ERROR_RULE,
                     "passphrase %s is open to other users; it must have mode 0600", path);
}

static bool passphrase_read(struct backup_words *words, struct error *err)
{
    words->passphrase = buffer_make(PASSPHRASE_SIZE_MAX);
    if (words->passphrase_file == NULL)
        return true;
    if (!passphrase_is_closed(words->passphrase_file, err))
        return false;
    if (!command_read_file(words->passphrase_file, PASSPHRASE_SIZE_MAX, &words->passphrase, err))
        return false;
    struct buffer *text = &words->passphrase;
    if (text->size > 0 && text->data[text->size - 1] == '\n')
        text->size--;
    return text->size > 0 ||
           error_set(err, ERROR_INPUT, "%s: the passphrase is empty", words->passphrase_file);
}

static bool recovery_public_read(const char *path, uint8_t out[AGREE_PUBLIC_SIZE],
                                 struct error *err)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(1024);
    size_t size = AGREE_PUBLIC_SIZE;

    if (!command_read_file(path, 1024, &text, err))
        return false;
    struct span line = buffer_span(&text);
    if (line.size > 0 && line.data[line.size - 1] == '\n')
        line.size--;
    if (span_starts_with(line, RECOVERY_HEAD) &&
        base64_read(span_part(line, strlen(RECOVERY_HEAD), line.size), out, &size) &&
        size == AGREE_PUBLIC_SIZE)
        return true;
    return error_set(err, ERROR_INPUT, "%s is no recovery key of `besa backup key`", path);
}

bool backup_lock_make(struct backup_words *words, struct backup_lock *out, struct error *err)
{
    *out = (struct backup_lock){.cost = SECRET_COST_STANDARD};
    if ((words->passphrase_file == NULL) == (words->recovery == NULL))
        return error_set(err, ERROR_INPUT,
                         "say who can open it: --recovery FILE.pub, or --passphrase-file FILE");
    if (!passphrase_read(words, err))
        return false;
    out->passphrase = buffer_span(&words->passphrase);
    out->has_recovery = words->recovery != NULL;
    return words->recovery == NULL ||
           recovery_public_read(words->recovery, out->recovery_public, err);
}

/* The private file: 32 bytes and the public point, sealed under the passphrase. */
static bool recovery_private_read(const struct backup_words *words, struct backup_lock *out,
                                  struct error *err)
{
    struct buffer sealed CLEANUP(buffer_free) = buffer_make(4096);
    struct buffer plain = buffer_make(AGREE_PRIVATE_SIZE + AGREE_PUBLIC_SIZE);

    bool ok = command_read_file(words->recovery_key, 4096, &sealed, err) &&
              secret_open(out->passphrase, buffer_span(&sealed), &plain, err) &&
              (plain.size == AGREE_PRIVATE_SIZE + AGREE_PUBLIC_SIZE ||
               error_set(err, ERROR_INPUT, "no recovery key"));
    if (ok) {
        memcpy(out->recovery_private, plain.data, AGREE_PRIVATE_SIZE);
        memcpy(out->recovery_public, plain.data + AGREE_PRIVATE_SIZE, AGREE_PUBLIC_SIZE);
        out->has_recovery = true;
    }
    if (plain.data != NULL)
        secret_wipe(plain.data, plain.capacity);
    buffer_free(&plain);
    return ok || error_add(err, "%s", words->recovery_key);
}

bool backup_lock_open(struct backup_words *words, struct backup_lock *out, struct error *err)
{
    *out = (struct backup_lock){.cost = SECRET_COST_STANDARD};
    if (words->passphrase_file == NULL)
        return error_set(err, ERROR_INPUT,
                         "say --passphrase-file FILE (of the backup, or of --recovery-key)");
    if (!passphrase_read(words, err))
        return false;
    out->passphrase = buffer_span(&words->passphrase);
    return words->recovery_key == NULL || recovery_private_read(words, out, err);
}

void backup_lock_end(struct backup_words *words, struct backup_lock *lock)
{
    if (words->passphrase.data != NULL)
        secret_wipe(words->passphrase.data, words->passphrase.capacity);
    buffer_free(&words->passphrase);
    secret_wipe(lock, sizeof *lock);
}

int backup_recovery_make(struct options *options, const char *path, struct backup_words *words)
{
    struct backup_lock none = {.has_recovery = false};
    uint8_t pair[AGREE_PRIVATE_SIZE + AGREE_PUBLIC_SIZE];
    char base64[BASE64_SIZE(AGREE_PUBLIC_SIZE) + 1];
    char public_path[HOME_PATH_SIZE];
    struct buffer sealed CLEANUP(buffer_free) = buffer_make(4096);
    struct buffer text CLEANUP(buffer_free) = buffer_make(4096);
    struct error err = {0};

    snprintf(public_path, sizeof public_path, "%s.pub", path);
    bool ok = (words->passphrase_file != NULL ||
               error_set(&err, ERROR_INPUT, "say --passphrase-file FILE: the key lies under it")) &&
              passphrase_read(words, &err) &&
              agree_make(env_real(), pair, pair + AGREE_PRIVATE_SIZE, &err) &&
              secret_seal(env_real(), buffer_span(&words->passphrase), SECRET_COST_STANDARD,
                          span_make(pair, sizeof pair), &sealed, &err);
    base64_write(span_make(pair + AGREE_PRIVATE_SIZE, AGREE_PUBLIC_SIZE), base64);
    secret_wipe(pair, AGREE_PRIVATE_SIZE);
    buffer_format(&text, RECOVERY_HEAD "%s\n", base64);
    ok = ok && setup_write_new(path, buffer_span(&sealed), &err) &&
         setup_write_new(public_path, buffer_span(&text), &err);
    backup_lock_end(words, &none);
    if (!ok)
        return command_fail(options, &err);
    buffer_clear(&text);
    struct json_writer out = json_writer_make(&text);
    json_begin_object(&out);
    json_string_field(&out, "private", path);
    json_string_field(&out, "public", public_path);
    json_string_field(&out, "next",
                      "keep the private file away from this machine, and its passphrase apart");
    json_end_object(&out);
    return command_show(options, buffer_span(&text));
}
