package io.replicator.daemon.terminal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Rows of cells, in columns as wide as their widest cell, with numbers aligned to the right. picocli's TextTable has columns of
 * a fixed width and aligns all cells to the left.
 */
public final class Table {
    private static final String GAP = "  ";

    private final List<Object[]> rows = new ArrayList<>();

    public Table(String... headings) {
        rows.add(headings);
    }

    /** Adds a row, with one cell for each heading. */
    public void add(Object... cells) {
        if (cells.length != rows.get(0).length) {
            throw new IllegalArgumentException(cells.length + " cells for " + rows.get(0).length + " columns");
        }
        rows.add(cells);
    }

    /** The headings, and the rows in the order in which they were added. */
    public List<String> lines() {
        int[] widths = new int[rows.get(0).length];
        boolean[] areNumbers = new boolean[widths.length];
        Arrays.fill(areNumbers, rows.size() > 1);
        for (Object[] row : rows) {
            for (int column = 0; column < widths.length; column++) {
                widths[column] =
                        Math.max(widths[column], String.valueOf(row[column]).length());
                areNumbers[column] &= row == rows.get(0) || row[column] instanceof Number || "-".equals(row[column]);
            }
        }
        return rows.stream().map(row -> line(row, widths, areNumbers)).toList();
    }

    private static String line(Object[] row, int[] widths, boolean[] areNumbers) {
        StringBuilder line = new StringBuilder();
        for (int column = 0; column < row.length; column++) {
            String cell = String.valueOf(row[column]);
            String blanks = " ".repeat(widths[column] - cell.length());
            line.append(column == 0 ? "" : GAP);
            line.append(areNumbers[column] ? blanks + cell : cell + blanks);
        }
        return line.toString().stripTrailing();
    }
}
