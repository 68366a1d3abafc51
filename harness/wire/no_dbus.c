/* libpcap can also capture D-Bus messages, for which its archive asks for libdbus and all that libdbus
 * asks for: ten libraries that double the time in which peerspec starts. Where the archive is
 * linked, these two stand in for that source of packets: it has no device, and is never asked. */

int dbus_findalldevs(void *devices, char *message);
void *dbus_create(const char *device, char *message, int *is_ours);

int dbus_findalldevs(void *devices, char *message)
{
    (void)devices;
    (void)message;
    return 0;
}

void *dbus_create(const char *device, char *message, int *is_ours)
{
    (void)device;
    (void)message;
    *is_ours = 0;
    return 0;
}
