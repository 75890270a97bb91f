@rule-container-attributes-used @core
Feature: The container of the runtime serves the model
  A runtime defines the container of its model server: image, command, arguments, resources, environment and so on.
  The pod of a service that runs on the runtime has this container with all of these settings.

  @documented
  Scenario: The image is that of the runtime
    Given a ClusterServingRuntime "serves-sklearn"
      """
      supportedModelFormats:
        - {name: sklearn, version: "1", autoSelect: true}
      containers:
        - name: kserve-container
          image: example.com/own/server:1.2
      """
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "serves-sklearn"
    And its container has image "example.com/own/server:1.2"

  @documented
  Scenario: The arguments are those of the runtime, in their order
    Given a ClusterServingRuntime "serves-sklearn"
      """
      supportedModelFormats:
        - {name: sklearn, version: "1", autoSelect: true}
      containers:
        - name: kserve-container
          image: example.com/clusterservingruntime/serves-sklearn:1
          args: [--model_dir=/mnt/models, --http_port=8080]
      """
    When a service in namespace "team-a" requests "sklearn"
    Then its container has args
      | --model_dir=/mnt/models |
      | --http_port=8080        |

  @documented
  Scenario Outline: The container has the <attribute> of the runtime
    Given a ClusterServingRuntime "serves-sklearn"
      """
      supportedModelFormats:
        - {name: sklearn, version: "1", autoSelect: true}
      containers:
        - name: kserve-container
          image: example.com/clusterservingruntime/serves-sklearn:1
          <attribute>: <value>
      """
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "serves-sklearn"
    And its container has
      """
      <attribute>: <value>
      """

    Examples: Attributes that the documentation lists
      | attribute       | value                                                                         |
      | command         | [/bin/serve, --quiet]                                                         |
      | resources       | {limits: {cpu: "2", memory: 4Gi}, requests: {cpu: "1", memory: 2Gi}}          |
      | env             | [{name: LOG_LEVEL, value: debug}, {name: WORKERS, value: "2"}]                |
      | imagePullPolicy | Always                                                                        |
      | workingDir      | /srv                                                                          |
      | livenessProbe   | {httpGet: {path: /live, port: 8080}, periodSeconds: 7}                        |

    @since-0.9.0
    Examples: Documented, and kept since v0.9.0
      | attribute       | value                                                                         |
      | readinessProbe  | {httpGet: {path: /ready, port: 8080}, periodSeconds: 7}                       |

  @extended @since-0.9.0
  Scenario Outline: The container has an undocumented attribute of the runtime, <attribute>
    Given a ClusterServingRuntime "serves-sklearn"
      """
      supportedModelFormats:
        - {name: sklearn, version: "1", autoSelect: true}
      containers:
        - name: kserve-container
          image: example.com/clusterservingruntime/serves-sklearn:1
          <attribute>: <value>
      volumes:
        - {name: cache, emptyDir: {}}
      """
    When a service in namespace "team-a" requests "sklearn"
    Then its container has
      """
      <attribute>: <value>
      """

    Examples: Since v0.9.0 a runtime has a complete Kubernetes container
      | attribute       | value                                                             |
      | securityContext | {runAsNonRoot: true}                                              |
      | volumeMounts    | [{name: cache, mountPath: /cache}]                                |
      | envFrom         | [{configMapRef: {name: settings}}]                                |

  @extended @until-0.8.0
  Scenario: In v0.8.0 a readiness probe of a runtime is accepted but dropped
    Given a ClusterServingRuntime "serves-sklearn"
      """
      supportedModelFormats:
        - {name: sklearn, version: "1", autoSelect: true}
      containers:
        - name: kserve-container
          image: example.com/clusterservingruntime/serves-sklearn:1
          readinessProbe: {httpGet: {path: /ready, port: 8080}, periodSeconds: 7}
      """
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "serves-sklearn"
    And its container has no "readinessProbe.httpGet"

  @documented
  Scenario: A service that names its runtime gets the same container
    Given a ServingRuntime "serves-sklearn" in namespace "team-a"
      """
      supportedModelFormats:
        - {name: sklearn, version: "1"}
      containers:
        - name: kserve-container
          image: example.com/own/server:1.2
          command: [/bin/serve]
          env:
            - {name: LOG_LEVEL, value: debug}
      """
    When a service in namespace "team-a" requests "sklearn" with runtime "serves-sklearn"
    Then it runs on ServingRuntime "serves-sklearn" in namespace "team-a"
    And its container has
      """
      image: example.com/own/server:1.2
      command: [/bin/serve]
      env:
        - {name: LOG_LEVEL, value: debug}
      """

  @documented @exact-names
  Scenario: A legacy service gets the same container
    Given a ClusterServingRuntime "kserve-sklearnserver"
      """
      supportedModelFormats:
        - {name: sklearn, version: "1", autoSelect: true}
      containers:
        - name: kserve-container
          image: example.com/own/server:1.2
          command: [/bin/serve]
      """
    When a service in namespace "team-a" uses the legacy key "sklearn"
    Then it runs on ClusterServingRuntime "kserve-sklearnserver"
    And its container has
      """
      image: example.com/own/server:1.2
      command: [/bin/serve]
      """
