package io.minik.charts.chart;

/** A chart, or values for it, that will not do; the message is for whoever wrote the HelmChart. */
public final class ChartException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public ChartException(String message) {
        super(message, null, false, false);
    }
}
