package peers;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;

/** The job as benchmarks/peers/job.py tells it: records, window, alerts, and the bytes of each. */
public final class Job {
    static final long WINDOW_MS = 7L * 86_400_000L;
    static final int REFUND = 2;
    static final byte[] HEAD = {(byte) 0xc3, 1, 'p', 'e', 'e', 'r', 's', 'j', 'o', 'b'};
    private static final AtomicBoolean BEGUN = new AtomicBoolean();

    private Job() {}

    /** What this process is told. */
    public static String told(String name) {
        return System.getenv("PEER_" + name);
    }

    /** The first records are here: the clock starts. */
    public static void sayBegun() {
        if (!BEGUN.get() && BEGUN.compareAndSet(false, true)) {
            System.out.println("BEGUN");
            System.out.flush();
        }
    }

    /** One dealing of a buyer. */
    public record Dealing(String eventId, long occurredAt, String buyer, int kind, long amount) {
        public static Dealing of(byte[] value) {
            Reader in = new Reader(value, HEAD.length);
            String eventId = in.text();
            long occurredAt = in.number();
            String buyer = in.text();
            in.text();
            return new Dealing(eventId, occurredAt, buyer, (int) in.number(), in.number());
        }
    }

    /** The dealings of one buyer in the last seven days, in order of arrival: columns, which cost no objects. */
    public static final class Window {
        private boolean isOpen;
        private int size;
        private int orders;
        private int refunds;
        private long refunded;
        private String[] ids = new String[16];
        private long[] moments = new long[16];
        private long[] amounts = new long[16];
        private byte[] kinds = new byte[16];

        /** Takes in a dealing; whether it opens an alert. */
        public boolean add(Dealing dealing) {
            for (int i = size - 1; i >= 0; i--) {
                if (ids[i].equals(dealing.eventId())) {
                    return false;
                }
            }
            letGo(dealing.occurredAt() - WINDOW_MS);
            put(dealing.eventId(), dealing.occurredAt(), dealing.kind(), dealing.amount());
            boolean before = isOpen;
            isOpen = refunds >= 5 && refunds * 10 >= orders * 6;
            return isOpen && !before;
        }

        private void letGo(long edge) {
            int gone = 0;
            while (gone < size && moments[gone] <= edge) {
                count(kinds[gone], -amounts[gone], -1);
                gone++;
            }
            if (gone > 0) {
                size -= gone;
                System.arraycopy(ids, gone, ids, 0, size);
                System.arraycopy(moments, gone, moments, 0, size);
                System.arraycopy(amounts, gone, amounts, 0, size);
                System.arraycopy(kinds, gone, kinds, 0, size);
            }
        }

        private void put(String id, long moment, int kind, long amount) {
            if (size == ids.length) {
                ids = Arrays.copyOf(ids, 2 * size);
                moments = Arrays.copyOf(moments, 2 * size);
                amounts = Arrays.copyOf(amounts, 2 * size);
                kinds = Arrays.copyOf(kinds, 2 * size);
            }
            ids[size] = id;
            moments[size] = moment;
            kinds[size] = (byte) kind;
            amounts[size] = amount;
            size++;
            count(kind, amount, 1);
        }

        private void count(int kind, long amount, int more) {
            if (kind == REFUND) {
                refunds += more;
                refunded += amount;
            } else {
                orders += more;
            }
        }

        /** The bytes of the alert that a dealing opens. */
        public byte[] opened(Dealing dealing) {
            Writer out = new Writer();
            out.writeBytes(HEAD);
            out.text(dealing.buyer() + ":" + dealing.eventId());
            out.text(dealing.buyer());
            out.number(dealing.occurredAt());
            out.number(refunds);
            out.number(orders);
            out.number(refunded);
            return out.toByteArray();
        }

        /** What must be durable of it. */
        public byte[] stored() {
            Writer out = new Writer();
            out.number(isOpen ? 1 : 0);
            out.number(size);
            for (int i = 0; i < size; i++) {
                out.text(ids[i]);
                out.number(moments[i]);
                out.number(kinds[i]);
                out.number(amounts[i]);
            }
            return out.toByteArray();
        }

        /** What {@link #stored} gave; an empty window of null. */
        public static Window of(byte[] stored) {
            Window window = new Window();
            if (stored != null) {
                Reader in = new Reader(stored, 0);
                window.isOpen = in.number() == 1;
                for (long left = in.number(); left > 0; left--) {
                    String id = in.text();
                    long moment = in.number();
                    window.put(id, moment, (int) in.number(), in.number());
                }
            }
            return window;
        }
    }

    /** Reads what Avro wrote. */
    static final class Reader {
        private final byte[] bytes;
        private int at;

        Reader(byte[] bytes, int at) {
            this.bytes = bytes;
            this.at = at;
        }

        long number() {
            long number = 0;
            int shift = 0;
            byte next;
            do {
                next = bytes[at++];
                number |= (long) (next & 0x7f) << shift;
                shift += 7;
            } while (next < 0);
            return number >>> 1 ^ -(number & 1);
        }

        String text() {
            int size = (int) number();
            // All texts of the job are ASCII: this is a copy of bytes.
            String text = new String(bytes, at, size, StandardCharsets.ISO_8859_1);
            at += size;
            return text;
        }
    }

    /** Writes as Avro does. */
    static final class Writer extends ByteArrayOutputStream {
        Writer() {
            super(512);
        }

        void number(long number) {
            long left = number << 1 ^ number >> 63;
            while ((left & ~0x7fL) != 0) {
                write((int) (left & 0x7f | 0x80));
                left >>>= 7;
            }
            write((int) left);
        }

        void text(String text) {
            byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
            number(bytes.length);
            write(bytes, 0, bytes.length);
        }
    }
}
