@rule-placeholders-filled @core
Feature: Placeholders in a runtime's container are replaced with metadata of the service
  One runtime serves many services, so its container can have placeholders in double braces: the name of the service,
  its namespace, a label or an annotation. KServe replaces them for each service. With an invalid placeholder the
  service has no pod.

  Scenario Outline: The placeholder <placeholder> is replaced with "<result>"
    Given a ClusterServingRuntime "serves-sklearn"
      """
      supportedModelFormats:
        - {name: sklearn, version: "1", autoSelect: true}
      containers:
        - name: kserve-container
          image: example.com/clusterservingruntime/serves-sklearn:1
          args: ["--value=<placeholder>"]
      """
    When this service is applied
      """
      metadata:
        name: fraud
        namespace: team-a
        labels: {team: north}
        annotations: {contact: someone}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
            storageUri: gs://example/models/model
      """
    Then its container has args
      | --value=<result> |

    Examples: Metadata of the service
      | placeholder              | result  |
      | {{.Name}}                | fraud   |
      | {{.Labels.team}}         | north   |
      | {{.Annotations.contact}} | someone |

    Examples: A label or annotation that the service does not have
      | placeholder              | result  |
      | {{.Labels.absent}}       |         |
      | {{.Annotations.absent}}  |         |

  Scenario: Placeholders are also replaced in the environment and the command
    Given a ClusterServingRuntime "serves-sklearn"
      """
      supportedModelFormats:
        - {name: sklearn, version: "1", autoSelect: true}
      containers:
        - name: kserve-container
          image: example.com/clusterservingruntime/serves-sklearn:1
          command: [/bin/serve, "{{.Name}}"]
          env:
            - {name: MODEL, value: "{{.Name}}"}
      """
    When a service "fraud" in namespace "team-a" requests "sklearn"
    Then its container has
      """
      command: [/bin/serve, fraud]
      """
    And its container has env "MODEL" with value "fraud"

  Scenario: Each service has its own name in the container of one runtime
    Given a ClusterServingRuntime "serves-sklearn"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service "fraud" in namespace "team-a" requests "sklearn"
    Then its container has args
      | --model_name=fraud |
    When a service "churn" in namespace "team-b" requests "sklearn"
    Then its container has args
      | --model_name=churn |

  @extended
  Scenario: Placeholders that the service sets are replaced as well
    Given a ClusterServingRuntime "serves-sklearn"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When this service is applied
      """
      metadata: {name: fraud, namespace: team-a}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
            storageUri: gs://example/models/model
            args: ["--log=/logs/{{.Name}}"]
      """
    Then its container has args
      | --model_name=fraud |
      | --log=/logs/fraud  |

  @rule-placeholders-invalid @extended
  Scenario Outline: With the placeholder <placeholder> the service has no pod
    Given a ClusterServingRuntime "serves-sklearn"
      """
      supportedModelFormats:
        - {name: sklearn, version: "1", autoSelect: true}
      containers:
        - name: kserve-container
          image: example.com/clusterservingruntime/serves-sklearn:1
          args: ["--value=<placeholder>"]
      """
    When a service in namespace "team-a" requests "sklearn"
    Then it has no runtime because of "InvalidPredictorSpec"

    Examples: An unknown field, and invalid templates
      | placeholder   |
      | {{.Nonsense}} |
      | {{.Name       |
      | {{--isvc}}    |

  @rule-placeholders-invalid @extended @until-0.8.0
  Scenario: In v0.8.0 an invalid placeholder is only reported in an event
    Given a ClusterServingRuntime "serves-sklearn"
      """
      supportedModelFormats:
        - {name: sklearn, version: "1", autoSelect: true}
      containers:
        - name: kserve-container
          image: example.com/clusterservingruntime/serves-sklearn:1
          args: ["--value={{.Nonsense}}"]
      """
    When a service in namespace "team-a" requests "sklearn"
    Then a Warning event says "failed to replace placeholders in serving runtime Container"
    And its status reports no failure

  @rule-placeholders-invalid @extended @exact-names
  Scenario Outline: An invalid placeholder is reported in the status as "<message>"
    Given a ClusterServingRuntime "serves-sklearn"
      """
      supportedModelFormats:
        - {name: sklearn, version: "1", autoSelect: true}
      containers:
        - name: kserve-container
          image: example.com/clusterservingruntime/serves-sklearn:1
          args: ["--value={{.Nonsense}}"]
      """
    When a service in namespace "team-a" requests "sklearn"
    Then its status has reason "InvalidPredictorSpec" and message "<message>"

    @since-0.9.0 @until-0.14.1
    Examples: Without names
      | message                                                     |
      | Failed to replace placeholders in serving runtime Container |

    @since-0.15.0
    Examples: With the names of the runtime and the container
      | message                                                                                     |
      | failed to replace placeholders in serving runtime serves-sklearn Container kserve-container |

  @rule-placeholders-invalid @extended
  Scenario: KServe does not fall back from a runtime with invalid placeholders
    Given these objects
      """
      apiVersion: serving.kserve.io/v1alpha1
      kind: ServingRuntime
      metadata: {name: broken, namespace: team-a}
      spec:
        supportedModelFormats:
          - {name: sklearn, version: "1", autoSelect: true}
        containers:
          - name: kserve-container
            image: example.com/servingruntime/broken:1
            args: ["--value={{.Nonsense}}"]
      """
    And a ClusterServingRuntime "whole"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn"
    Then it has no runtime because of "InvalidPredictorSpec"
