@extended
Feature: The webhook validates how a component scales, for the autoscaler that it will have
  Since v0.9.0 a component can set a metric to scale by, and a target. Which values are valid depends on the autoscaler:
  Knative's, the one of Kubernetes, or since v0.15.0 KEDA. Annotations of the service choose it.

  @rule-scale-metric-known @since-0.9.0
  Scenario Outline: With the autoscaler <autoscaler>, the metric <metric> is <answer>
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations:
          serving.kserve.io/deploymentMode: Serverless
          autoscaling.knative.dev/class: <autoscaler>
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
          scaleMetric: <metric>
      """
    Then the service is <answer>

    Examples:
      | autoscaler                  | metric      | answer   |
      | kpa.autoscaling.knative.dev | concurrency | accepted |
      | kpa.autoscaling.knative.dev | rps         | accepted |
      | kpa.autoscaling.knative.dev | cpu         | rejected |
      | kpa.autoscaling.knative.dev | memory      | rejected |
      | hpa.autoscaling.knative.dev | cpu         | accepted |
      | hpa.autoscaling.knative.dev | memory      | accepted |
      | hpa.autoscaling.knative.dev | concurrency | rejected |
      | hpa.autoscaling.knative.dev | rps         | rejected |

  @rule-scale-metric-known @since-0.9.0
  Scenario Outline: <text> is the message about a metric <when>
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations:
          serving.kserve.io/deploymentMode: Serverless
          autoscaling.knative.dev/class: <class>
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
        transformer:
          containers: [{name: kserve-container, image: example.com/own:1}]
          scaleMetric: <metric>
      """
    Then the service is rejected with "<text>"

    @until-0.13.1
    Examples: Before v0.14.0
      | class                       | metric | text                             | when           |
      | kpa.autoscaling.knative.dev | cpu    | [cpu] is not a supported metric. | before v0.14.0 |
      | hpa.autoscaling.knative.dev | rps    | [rps] is not a supported metric. | before v0.14.0 |

    @since-0.14.0
    Examples: Since v0.14.0
      | class                       | metric | text                             | when          |
      | kpa.autoscaling.knative.dev | cpu    | [cpu] is not a supported metric  | since v0.14.0 |
      | hpa.autoscaling.knative.dev | rps    | [rps] is not a supported metric  | since v0.14.0 |

  @rule-scale-metric-known @since-0.9.0
  Scenario Outline: In the mode <mode>, the metric <metric> is <answer> with the autoscaler class <class> <when>
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations:
          serving.kserve.io/deploymentMode: <mode>
          serving.kserve.io/autoscalerClass: <class>
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
          scaleMetric: <metric>
      """
    Then the service is <answer>

    @until-0.15.2
    Examples: The old name of the mode
      | mode          | class | metric | answer   | when           |
      | RawDeployment | hpa   | cpu    | accepted | before v0.16.0 |
      | RawDeployment | hpa   | rps    | rejected | before v0.16.0 |

    @since-0.16.0
    Examples: The new name of the mode
      | mode     | class | metric | answer   | when          |
      | Standard | hpa   | cpu    | accepted | since v0.16.0 |
      | Standard | hpa   | rps    | rejected | since v0.16.0 |

    @since-0.12.0 @until-0.14.1
    Examples: Every class means the autoscaler of Kubernetes
      | mode          | class    | metric | answer   | when                 |
      | RawDeployment | external | rps    | rejected | from v0.12 to v0.14  |

    @since-0.15.0 @until-0.15.2
    Examples: Other classes are not checked
      | mode          | class    | metric | answer   | when     |
      | RawDeployment | external | rps    | accepted | in v0.15 |

    @since-0.16.0 @until-0.16.0
    Examples: The old name is any mode
      | mode          | class | metric | answer   | when       |
      | RawDeployment | hpa   | cpu    | rejected | in v0.16.0 |
      | RawDeployment | hpa   | rps    | accepted | in v0.16.0 |

    @since-0.17.0
    Examples: The old name means the new one
      | mode          | class | metric | answer   | when          |
      | RawDeployment | hpa   | cpu    | accepted | since v0.17.0 |
      | RawDeployment | hpa   | rps    | rejected | since v0.17.0 |

  @rule-scale-metric-known @since-0.9.0 @until-0.15.2
  Scenario Outline: In raw mode without an autoscaler class, the metric rps is <answer> <when>
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations: {serving.kserve.io/deploymentMode: RawDeployment}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
          scaleMetric: rps
      """
    Then the service is <answer>

    @until-0.14.1
    Examples: Up to v0.14.1
      | answer   | when          |
      | rejected | up to v0.14.1 |

    @since-0.15.0
    Examples: Since v0.15.0
      | answer   | when          |
      | accepted | since v0.15.0 |

  @rule-scale-metric-known @until-0.8.0
  Scenario: In v0.8.0 a component has no metric to scale by
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
          scaleMetric: own
      """
    Then the service is accepted

  @rule-scale-target-in-range @since-0.9.0
  Scenario Outline: With the autoscaler <autoscaler>, a target of <target> for <metric> is <answer>
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations:
          serving.kserve.io/deploymentMode: Serverless
          autoscaling.knative.dev/class: <autoscaler>
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
          scaleMetric: <metric>
          scaleTarget: <target>
      """
    Then the service is <answer>

    Examples:
      | autoscaler                  | metric      | target | answer   |
      | kpa.autoscaling.knative.dev | concurrency | 0      | accepted |
      | kpa.autoscaling.knative.dev | concurrency | 1000   | accepted |
      | kpa.autoscaling.knative.dev | rps         | 1      | accepted |
      | kpa.autoscaling.knative.dev | rps         | 0      | rejected |
      | hpa.autoscaling.knative.dev | cpu         | 80     | accepted |
      | hpa.autoscaling.knative.dev | cpu         | 0      | rejected |
      | hpa.autoscaling.knative.dev | cpu         | 101    | rejected |
      | hpa.autoscaling.knative.dev | memory      | 0      | rejected |
      | hpa.autoscaling.knative.dev | memory      | 101    | rejected |

  @rule-scale-target-in-range @since-0.9.0
  Scenario Outline: <text> is the message about a target <when>
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations:
          serving.kserve.io/deploymentMode: Serverless
          autoscaling.knative.dev/class: <class>.autoscaling.knative.dev
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
          scaleMetric: <metric>
          scaleTarget: 0
      """
    Then the service is rejected with "<text>"

    @until-0.13.1
    Examples: The autoscaler of Kubernetes, before v0.14.0
      | class | metric | text                                                            | when           |
      | hpa   | cpu    | The target utilization percentage should be a [1-100] integer. | before v0.14.0 |
      | hpa   | memory | The target memory should be greater than 1 MiB                 | before v0.14.0 |

    @since-0.14.0
    Examples: The autoscaler of Kubernetes, since v0.14.0
      | class | metric | text                                                            | when          |
      | hpa   | cpu    | the target utilization percentage should be a [1-100] integer  | since v0.14.0 |
      | hpa   | memory | the target memory should be greater than 1 MiB                 | since v0.14.0 |

    @until-0.11.2
    Examples: Knative's autoscaler, before v0.12.0
      | class | metric | text                                      | when           |
      | kpa   | rps    | The target for rps should be greater than 1 | before v0.12.0 |

    @since-0.12.0
    Examples: Knative's autoscaler, since v0.12.0
      | class | metric | text                                      | when          |
      | kpa   | rps    | the target for rps should be greater than 1 | since v0.12.0 |

  @rule-deployment-strategy-raw-only @since-0.13.0
  Scenario Outline: A deployment strategy in the mode <mode> is <answer> <when>
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations: {serving.kserve.io/deploymentMode: <mode>}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
          deploymentStrategy: {type: Recreate}
      """
    Then the service is <answer>

    Examples: In every release
      | mode       | answer   | when                |
      | Serverless | rejected | in every release    |

    @until-0.15.2
    Examples: Before v0.16.0
      | mode          | answer   | when           |
      | RawDeployment | accepted | before v0.16.0 |

    @since-0.16.0
    Examples: Since v0.16.0
      | mode     | answer   | when          |
      | Standard | accepted | since v0.16.0 |

  @rule-deployment-strategy-raw-only @since-0.13.0
  Scenario: The message about a deployment strategy
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations: {serving.kserve.io/deploymentMode: Serverless}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
          deploymentStrategy: {type: Recreate}
      """
    Then the service is rejected with "customizing deploymentStrategy is only supported for raw deployment mode"

  @rule-hpa-metrics-of-resources @since-0.15.0
  Scenario Outline: In a list of metrics of the autoscaler of Kubernetes, <what> is <answer>
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations:
          serving.kserve.io/deploymentMode: Serverless
          autoscaling.knative.dev/class: hpa.autoscaling.knative.dev
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
          autoScaling:
            metrics: [<metric>]
      """
    Then the service is <answer>

    Examples:
      | what               | metric                                                                                                      | answer   |
      | a resource         | {type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 80}}}                | accepted |
      | no resource        | {type: Resource}                                                                                            | rejected |
      | an external metric | {type: External, external: {metric: {backend: prometheus, query: up}, target: {type: Value, value: "1"}}}   | rejected |

  @rule-hpa-metrics-of-resources @since-0.15.0
  Scenario Outline: The message about <what> of the autoscaler of Kubernetes
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations:
          serving.kserve.io/deploymentMode: Serverless
          autoscaling.knative.dev/class: hpa.autoscaling.knative.dev
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
          autoScaling:
            metrics: [{type: <type>}]
      """
    Then the service is rejected with "<text>"

    Examples:
      | what         | type      | text                                                                                        |
      | a pod metric | PodMetric | invalid HPA metric source type with value [PodMetric],valid metric source types are Resource |
      | a resource   | Resource  | metricSpec.Resource is not set for resource metric source type                              |

  @rule-keda-metrics-whole
  Scenario Outline: A metric of KEDA is <answer> <when>: <what>
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations:
          serving.kserve.io/deploymentMode: <mode>
          serving.kserve.io/autoscalerClass: keda
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
          autoScaling:
            metrics: [<metric>]
      """
    Then the service is <answer>

    @since-0.15.0 @until-0.15.2
    Examples: In v0.15
      | what                     | mode          | metric                                                                                                                 | answer   | when     |
      | cpu, by utilization      | RawDeployment | {type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 80}}}                            | accepted | in v0.15 |
      | cpu, by value            | RawDeployment | {type: Resource, resource: {name: cpu, target: {type: Value, value: "1"}}}                                              | rejected | in v0.15 |

    @since-0.16.0
    Examples: Since v0.16.0
      | what                     | mode     | metric                                                                                                                      | answer   | when          |
      | cpu, by utilization      | Standard | {type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 80}}}                                 | accepted | since v0.16.0 |
      | memory, by average value | Standard | {type: Resource, resource: {name: memory, target: {type: AverageValue, averageValue: 1Gi}}}                                  | accepted | since v0.16.0 |
      | an external metric       | Standard | {type: External, external: {metric: {backend: prometheus, query: up}, target: {type: Value, value: "1"}}}                    | accepted | since v0.16.0 |
      | a pod metric             | Standard | {type: PodMetric, podmetric: {metric: {backend: opentelemetry, query: up}, target: {type: Value, value: "1"}}}               | accepted | since v0.16.0 |

  @rule-keda-metrics-whole @since-0.16.0
  Scenario Outline: The message about a metric of KEDA: <what>
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations:
          serving.kserve.io/deploymentMode: Standard
          serving.kserve.io/autoscalerClass: keda
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
          autoScaling:
            metrics: [<metric>]
      """
    Then the service is rejected with "<text>"

    Examples:
      | what                     | metric                                                                                                         | text                                                                  |
      | no resource              | {type: Resource}                                                                                               | metricSpec.Resource is not set for resource metric source type        |
      | cpu, by value            | {type: Resource, resource: {name: cpu, target: {type: Value, value: "1"}}}                                     | the cpu target value type should be Utilization                       |
      | no utilization           | {type: Resource, resource: {name: cpu, target: {type: Utilization}}}                                           | the AverageUtilization type should be set                             |
      | too much utilization     | {type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 101}}}                  | the target utilization percentage should be a [1-100] integer         |
      | memory, by value         | {type: Resource, resource: {name: memory, target: {type: Value, value: "1"}}}                                  | the memory target value type should be AverageValue or Utilization    |
      | too little memory        | {type: Resource, resource: {name: memory, target: {type: AverageValue, averageValue: 1Ki}}}                    | the memory target value should be greater than 1 MiB                  |
      | no external metric       | {type: External}                                                                                               | metricSpec.External is not set for external metric source type        |
      | no query                 | {type: External, external: {metric: {backend: prometheus}, target: {type: Value, value: "1"}}}                 | the query should not be empty                                         |
      | no threshold             | {type: External, external: {metric: {backend: prometheus, query: up}, target: {type: Value}}}                  | the target threshold value should not be empty                        |
      | no average               | {type: External, external: {metric: {backend: prometheus, query: up}, target: {type: AverageValue, value: "1"}}} | the AverageValue type should be set                                   |
      | no pod metric            | {type: PodMetric}                                                                                              | metricSpec.PodMetric is not set for pod metric source type            |
      | a pod metric, no query   | {type: PodMetric, podmetric: {metric: {backend: opentelemetry}, target: {type: Value, value: "1"}}}            | the query should not be empty                                         |

  @rule-keda-metrics-whole
  Scenario Outline: KEDA has no scaleMetric: <mode> <when>
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations:
          serving.kserve.io/deploymentMode: <mode>
          serving.kserve.io/autoscalerClass: keda
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
          scaleMetric: cpu
      """
    Then the service is rejected with "ScaleMetric is not supported for KEDA"

    @since-0.15.0 @until-0.15.2
    Examples: In v0.15
      | mode          | when     |
      | RawDeployment | in v0.15 |

    @since-0.16.0
    Examples: Since v0.16.0
      | mode     | when          |
      | Standard | since v0.16.0 |

  Scenario Outline: An average value of memory that is not set: <when>
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations:
          serving.kserve.io/deploymentMode: <mode>
          serving.kserve.io/autoscalerClass: keda
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
          containerConcurrency: <concurrency>
          autoScaling:
            metrics: [{type: Resource, resource: {name: memory, target: {type: AverageValue}}}]
      """
    Then the service is rejected with "<text>"

    @rule-keda-memory-crashes-webhook @since-0.15.0 @until-0.15.2
    Examples: In v0.15 the webhook crashes, whatever else is wrong
      | mode          | concurrency | text  | when                              |
      | RawDeployment | 0           | panic | in v0.15                          |
      | RawDeployment | -1          | panic | in v0.15, next to another mistake |

    @rule-keda-metrics-whole @since-0.16.0
    Examples: Since v0.16.0 it counts as 0
      | mode     | concurrency | text                                                 | when          |
      | Standard | 0           | the memory target value should be greater than 1 MiB | since v0.16.0 |
