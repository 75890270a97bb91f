@extended
Feature: The webhook validates the name and the autoscaler of a service
  The name of a service becomes part of other names, so KServe is stricter than Kubernetes. The webhook also rejects
  unknown autoscaler classes; later releases support more of them.

  @rule-service-name-checked
  Scenario Outline: The name <name> is <answer>
    When a service "<name>" in namespace "team-a" requests "sklearn"
    Then the service is <answer>

    Examples:
      | name    | answer   |
      | fraud-2 | accepted |
      | 2-fraud | rejected |
      | fraud.2 | rejected |

  @rule-service-name-checked
  Scenario: The message explains which names are valid
    When a service "2-fraud" in namespace "team-a" requests "sklearn"
    Then the service is rejected with "must start with alphabetical character"

  @rule-autoscaler-class-checked
  Scenario Outline: The autoscaler class <class> is <answer> <when>
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations: {serving.kserve.io/autoscalerClass: <class>}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
      """
    Then the service is <answer>

    Examples: In every release
      | class | answer   | when             |
      | hpa   | accepted | in every release |
      | own   | rejected | in every release |

    @until-0.11.2
    Examples: Before v0.12.0
      | class    | answer   | when           |
      | external | rejected | before v0.12.0 |

    @since-0.12.0
    Examples: Since v0.12.0
      | class    | answer   | when          |
      | external | accepted | since v0.12.0 |

    @until-0.14.1
    Examples: Before v0.15.0
      | class | answer   | when           |
      | keda  | rejected | before v0.15.0 |

    @since-0.15.0
    Examples: Since v0.15.0
      | class | answer   | when          |
      | keda  | accepted | since v0.15.0 |

    @until-0.15.1
    Examples: Before v0.15.2
      | class | answer   | when           |
      | none  | rejected | before v0.15.2 |

    @since-0.15.2
    Examples: Since v0.15.2
      | class | answer   | when          |
      | none  | accepted | since v0.15.2 |

  @rule-service-name-checked
  Scenario Outline: <text> is how the message about a name begins
    When a service "2-fraud" in namespace "team-a" requests "sklearn"
    Then the service is rejected with "<text>"

    @until-0.13.1
    Examples: Before v0.14.0
      | text                 |
      | The InferenceService |

    @since-0.14.0
    Examples: Since v0.14.0
      | text                 |
      | the InferenceService |

  @rule-autoscaler-metric-annotation
  Scenario Outline: With the autoscaler class <class>, the metric <metric> is <answer> <when>
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations:
          serving.kserve.io/autoscalerClass: <class>
          serving.kserve.io/metrics: <metric>
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
      """
    Then the service is <answer>

    Examples: In every release
      | class | metric | answer   | when             |
      | hpa   | cpu    | accepted | in every release |

    @until-0.8.0
    Examples: In v0.8.0
      | class | metric | answer   | when      |
      | hpa   | memory | rejected | in v0.8.0 |

    @since-0.9.0
    Examples: Since v0.9.0
      | class | metric | answer   | when         |
      | hpa   | memory | accepted | since v0.9.0 |

    @until-0.14.1
    Examples: Up to v0.14.1
      | class | metric | answer   | when          |
      | hpa   | rps    | rejected | up to v0.14.1 |

    @since-0.15.0
    Examples: Since v0.15.0
      | class | metric | answer   | when          |
      | hpa   | rps    | accepted | since v0.15.0 |

    @since-0.12.0
    Examples: Since v0.12.0
      | class    | metric | answer   | when          |
      | external | rps    | accepted | since v0.12.0 |

  @rule-autoscaler-metric-annotation
  Scenario: A metric without an autoscaler class is not checked
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations: {serving.kserve.io/metrics: rps}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
      """
    Then the service is accepted

  @rule-target-utilization-annotation
  Scenario Outline: A target utilization of <target> is <answer> <when>
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations: {serving.kserve.io/targetUtilizationPercentage: "<target>"}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
      """
    Then the service is <answer>

    Examples: In every release
      | target | answer   | when             |
      | 80     | accepted | in every release |
      | 100    | accepted | in every release |

    @until-0.14.1
    Examples: Up to v0.14.1
      | target | answer   | when          |
      | 0      | rejected | up to v0.14.1 |
      | 101    | rejected | up to v0.14.1 |
      | 80%    | rejected | up to v0.14.1 |

    @since-0.15.0
    Examples: Since v0.15.0
      | target | answer   | when          |
      | 0      | accepted | since v0.15.0 |

  Scenario Outline: <text> is the message about <annotation> <when>
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations:
          serving.kserve.io/autoscalerClass: <class>
          serving.kserve.io/<annotation>: <value>
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
      """
    Then the service is rejected with "<text>"

    @rule-autoscaler-class-checked @until-0.13.1
    Examples: A class before v0.14.0
      | class | annotation | value | text                                             | when           |
      | own   | metrics    | cpu   | [own] is not a supported autoscaler class type.  | before v0.14.0 |

    @rule-autoscaler-metric-annotation @until-0.13.1
    Examples: A metric before v0.14.0
      | class | annotation | value | text                                | when           |
      | hpa   | metrics    | rps   | [rps] is not a supported metric.    | before v0.14.0 |

    @rule-target-utilization-annotation @until-0.13.1
    Examples: A target before v0.14.0
      | class | annotation                  | value | text                                                            | when           |
      | hpa   | targetUtilizationPercentage | "0"   | The target utilization percentage should be a [1-100] integer. | before v0.14.0 |

    @rule-autoscaler-metric-annotation @since-0.14.0 @until-0.14.1
    Examples: A metric in v0.14
      | class | annotation | value | text                                | when     |
      | hpa   | metrics    | rps   | [rps] is not a supported metric     | in v0.14 |

    @rule-target-utilization-annotation @since-0.14.0 @until-0.14.1
    Examples: A target in v0.14
      | class | annotation                  | value | text                                                            | when     |
      | hpa   | targetUtilizationPercentage | "0"   | the target utilization percentage should be a [1-100] integer  | in v0.14 |
