package peers;

import com.hazelcast.jet.Traverser;
import com.hazelcast.jet.Traversers;
import com.hazelcast.jet.Util;
import com.hazelcast.jet.core.AbstractProcessor;
import com.hazelcast.jet.core.Watermark;
import com.hazelcast.jet.impl.JetEvent;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Map.Entry;
import java.util.PriorityQueue;
import java.util.stream.Stream;

/**
 * A vertex that puts moves in order by the watermark, and holds of each order the shipments that nothing has followed.
 *
 * Stateful stages of the pipeline are given items as they come and never see the watermark; a vertex of one's own is
 * what Jet has for that.
 */
final class Follow extends AbstractProcessor {
    private static final String WAITS = "w";
    private static final String HELD = "h";

    private final PriorityQueue<Move> waiting = new PriorityQueue<>();
    private final Map<String, LinkedHashMap<String, Long>> shipped = new HashMap<>();
    private final ArrayDeque<Entry<Long, String>> ends = new ArrayDeque<>();
    private final ArrayDeque<JetEvent<byte[]>> told = new ArrayDeque<>();
    private long watermark = Long.MIN_VALUE;
    private Traverser<Entry<String, byte[]>> snapshot;

    @Override
    protected boolean tryProcess0(Object item) {
        // On a stage with timestamps each item comes with its own.
        Move move = (Move) ((JetEvent<?>) item).payload();
        // What is later than that has come before.
        if (move.occurredAt >= watermark) {
            waiting.add(move);
        }
        return true;
    }

    @Override
    public boolean tryProcessWatermark(Watermark reached) {
        watermark = reached.timestamp();
        while (told.isEmpty() || tell()) {
            Move next = waiting.peek();
            if (next == null || next.occurredAt >= watermark) {
                letGo();
                return super.tryProcessWatermark(reached);
            }
            take(waiting.poll());
        }
        return false;
    }

    private boolean tell() {
        while (!told.isEmpty()) {
            if (!tryEmit(told.peek())) {
                return false;
            }
            told.poll();
        }
        return true;
    }

    private void take(Move move) {
        if (move.kind == Move.SHIPPED) {
            shipped.computeIfAbsent(move.order, ignored -> new LinkedHashMap<>(2)).put(move.eventId, move.occurredAt);
            ends.add(Util.entry(move.occurredAt + Move.WINDOW_MS, move.order));
            return;
        }
        Map<String, Long> followed = shipped.remove(move.order);
        if (move.kind == Move.REFUND && followed != null) {
            followed.forEach((id, at) -> {
                if (move.occurredAt - at < Move.WINDOW_MS) {
                    told.add(JetEvent.jetEvent(move.occurredAt, Move.undelivered(id, at, move)));
                }
            });
        }
    }

    private void letGo() {
        while (!ends.isEmpty() && ends.peek().getKey() <= watermark) {
            String order = ends.poll().getValue();
            Map<String, Long> held = shipped.get(order);
            if (held != null) {
                held.values().removeIf(at -> watermark - at >= Move.WINDOW_MS);
                if (held.isEmpty()) {
                    shipped.remove(order);
                }
            }
        }
    }

    @Override
    public boolean saveToSnapshot() {
        if (!tell()) {
            return false;
        }
        if (snapshot == null) {
            Stream<Entry<String, byte[]>> waits = waiting.stream().map(Follow::waits);
            Stream<Entry<String, byte[]>> holds = shipped.entrySet().stream().map(Follow::holds);
            snapshot = Traversers.traverseStream(Stream.concat(waits, holds)).onFirstNull(() -> snapshot = null);
        }
        return emitFromTraverserToSnapshot(snapshot);
    }

    private static Entry<String, byte[]> waits(Move move) {
        Job.Writer out = new Job.Writer();
        out.writeBytes(Job.HEAD);
        move.writeTo(out);
        return Util.entry(WAITS + move.eventId, out.toByteArray());
    }

    private static Entry<String, byte[]> holds(Entry<String, LinkedHashMap<String, Long>> order) {
        Job.Writer out = new Job.Writer();
        out.number(order.getValue().size());
        order.getValue().forEach((id, at) -> {
            out.text(id);
            out.number(at);
        });
        return Util.entry(HELD + order.getKey(), out.toByteArray());
    }

    @Override
    protected void restoreFromSnapshot(Object key, Object value) {
        String name = (String) key;
        if (name.startsWith(WAITS)) {
            waiting.add(Move.of((byte[]) value));
            return;
        }
        Job.Reader in = new Job.Reader((byte[]) value, 0);
        LinkedHashMap<String, Long> held = new LinkedHashMap<>(2);
        for (long left = in.number(); left > 0; left--) {
            held.put(in.text(), in.number());
        }
        shipped.put(name.substring(HELD.length()), held);
    }

    @Override
    public boolean finishSnapshotRestore() {
        shipped.entrySet().stream()
                .flatMap(order -> order.getValue().values().stream()
                        .map(at -> Util.entry(at + Move.WINDOW_MS, order.getKey())))
                .sorted(Entry.comparingByKey())
                .forEach(ends::add);
        return true;
    }
}
