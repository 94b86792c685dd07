/*
 * Volume: is a file system, or a swap area, encrypted by the kernel (dm-crypt, as LUKS uses it)? A crypt device says so in
 * sysfs; any other device is encrypted when all devices below it are (logical volumes, raid). What cannot be told is said,
 * never taken for encrypted: a virtual disk may be encrypted by its host, a disk by itself.
 */
#include "cmd/doctor.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define DEVICE_MAX      32 /* of one stack of devices */
#define DEVICE_SIZE     512
#define MOUNT_LINE_SIZE 4096

enum crypt { CRYPT_NO, CRYPT_YES, CRYPT_UNKNOWN };

static bool line_read(const char *path, char *out, size_t size)
{
    FILE *file = fopen(path, "re");

    out[0] = '\0';
    if (file == NULL)
        return false;
    bool ok = fgets(out, (int)size, file) != NULL;
    fclose(file);
    out[strcspn(out, "\n")] = '\0';
    return ok;
}

struct devices {
    char places[DEVICE_MAX][DEVICE_SIZE]; /* their directories in sysfs */
    size_t count;
};

static bool is_crypt(const char *place)
{
    char path[DEVICE_SIZE + 16];
    char text[64];

    snprintf(path, sizeof path, "%s/dm/uuid", place);
    return line_read(path, text, sizeof text) && strncmp(text, "CRYPT-", 6) == 0;
}

/* Adds the devices below `place`; gives how many there were. */
static size_t slaves_add(struct devices *devices, const char *place)
{
    char path[2 * DEVICE_SIZE];
    size_t found = 0;

    snprintf(path, sizeof path, "%s/slaves", place);
    DIR *directory = opendir(path);
    if (directory == NULL)
        return 0;
    for (const struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        if (entry->d_name[0] == '.')
            continue;
        found++;
        int size = snprintf(path, sizeof path, "%s/slaves/%s", place, entry->d_name);
        if (devices->count < DEVICE_MAX && size > 0 && size < DEVICE_SIZE)
            memcpy(devices->places[devices->count++], path, (size_t)size + 1);
    }
    closedir(directory);
    return found;
}

/* Every branch below the device must come to a crypt device. */
static enum crypt device_crypt(const struct doctor_machine *machine, dev_t device)
{
    struct devices *devices = calloc(1, sizeof *devices);
    enum crypt result = CRYPT_YES;

    if (devices == NULL)
        return CRYPT_UNKNOWN;
    snprintf(devices->places[0], DEVICE_SIZE, "%s/dev/block/%u:%u", machine->sys, major(device),
             minor(device));
    devices->count = 1;
    if (access(devices->places[0], F_OK) != 0)
        result = CRYPT_UNKNOWN;
    for (size_t i = 0; i < devices->count && result == CRYPT_YES; i++)
        if (!is_crypt(devices->places[i]) && slaves_add(devices, devices->places[i]) == 0)
            result = CRYPT_NO;
    free(devices);
    return result;
}

/* The device behind a mount: some file systems (btrfs, overlay) give their files a device number of their own. */
static bool mount_source(const struct doctor_machine *machine, dev_t device, char *out, size_t size)
{
    char path[256];
    char line[MOUNT_LINE_SIZE];
    char wanted[32];
    bool is_found = false;

    snprintf(path, sizeof path, "%s/self/mountinfo", machine->proc);
    snprintf(wanted, sizeof wanted, " %u:%u ", major(device), minor(device));
    FILE *file = fopen(path, "re");
    while (file != NULL && !is_found && fgets(line, sizeof line, file) != NULL) {
        const char *behind = strstr(line, " - "); /* then: type, source, options */
        const char *source = behind == NULL ? NULL : strchr(behind + 3, ' ');
        if (source == NULL || strstr(line, wanted) == NULL)
            continue;
        snprintf(out, size, "%s", source + 1);
        out[strcspn(out, " \n")] = '\0';
        is_found = true;
    }
    if (file != NULL)
        fclose(file);
    return is_found;
}

static enum crypt path_crypt(const struct doctor_machine *machine, const char *path, char *source,
                             size_t size)
{
    struct stat st;
    struct stat device;

    snprintf(source, size, "?");
    if (stat(path, &st) != 0)
        return CRYPT_UNKNOWN;
    mount_source(machine, st.st_dev, source, size);
    if (major(st.st_dev) != 0)
        return device_crypt(machine, st.st_dev);
    if (source[0] == '/' && stat(source, &device) == 0 && S_ISBLK(device.st_mode))
        return device_crypt(machine, device.st_rdev);
    return CRYPT_UNKNOWN;
}

void doctor_volume_look(struct doctor *doctor, const struct doctor_machine *machine)
{
    char source[256];

    switch (path_crypt(machine, machine->home, source, sizeof source)) {
    case CRYPT_YES:
        doctor_find(doctor, DOCTOR_OK, NULL, "the home lies on an encrypted volume (%s)", source);
        break;
    case CRYPT_NO:
        doctor_find(doctor, DOCTOR_WARNING,
                    "move the home to a volume encrypted by LUKS, or make sure that the disk or "
                    "the host encrypts",
                    "the kernel does not encrypt the home's volume (%s): who takes the disk reads "
                    "the registers (bodies and files are sealed in any case)",
                    source);
        break;
    case CRYPT_UNKNOWN:
        doctor_find(doctor, DOCTOR_NOTICE, "make sure by hand that the volume is encrypted",
                    "whether the home's volume (%s) is encrypted cannot be told from here", source);
        break;
    }
}

/* One line of /proc/swaps: name, type, sizes. Compressed memory is no disk. */
static void swap_line_look(struct doctor *doctor, const struct doctor_machine *machine, char *line)
{
    char name[256];
    char source[256];
    struct stat st;
    enum crypt crypt = CRYPT_UNKNOWN;

    line[strcspn(line, " \t\n")] = '\0';
    snprintf(name, sizeof name, "%.255s", line);
    if (strncmp(name, "/dev/zram", 9) == 0)
        crypt = CRYPT_YES;
    else if (stat(name, &st) == 0 && S_ISBLK(st.st_mode))
        crypt = device_crypt(machine, st.st_rdev);
    else if (stat(name, &st) == 0)
        crypt = path_crypt(machine, name, source, sizeof source);
    if (crypt == CRYPT_YES)
        doctor_find(doctor, DOCTOR_OK, NULL, "swap %s is encrypted or memory", name);
    else
        doctor_find(doctor, DOCTOR_WARNING, "swapoff it, or set it up with a random key (crypttab)",
                    crypt == CRYPT_NO
                        ? "swap %s is not encrypted: bodies that are read may land there"
                        : "swap %s: whether it is encrypted cannot be told",
                    name);
}

void doctor_swap_look(struct doctor *doctor, const struct doctor_machine *machine)
{
    char path[256];
    char line[MOUNT_LINE_SIZE];
    unsigned count = 0;

    snprintf(path, sizeof path, "%s/swaps", machine->proc);
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        doctor_find(doctor, DOCTOR_NOTICE, "look with `swapon --show`",
                    "what is used for swap cannot be read: %s", strerror(errno));
        return;
    }
    while (fgets(line, sizeof line, file) != NULL)
        if (count++ > 0) /* the first is the heading */
            swap_line_look(doctor, machine, line);
    fclose(file);
    if (count <= 1)
        doctor_find(doctor, DOCTOR_OK, NULL, "nothing is swapped out");
}
